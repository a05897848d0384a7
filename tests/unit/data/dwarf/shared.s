# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A function whose parameters' types lie in another file, as dwz leaves it behind. The other file's name
# is put into .gnu_debugaltlink by the test.
	.text
	.globl	_start
	.type	_start, @function
_start:
	ret
.Lend:
	.size	_start, . - _start

	.section .debug_abbrev, "", @progbits
	.uleb128 1, 0x11		# DW_TAG_compile_unit
	.byte	1
	.uleb128 0x13, 0x0b		# DW_AT_language, data1
	.uleb128 0x11, 0x01		# DW_AT_low_pc, addr
	.uleb128 0x12, 0x06		# DW_AT_high_pc, data4
	.uleb128 0, 0
	.uleb128 2, 0x2e		# DW_TAG_subprogram
	.byte	1
	.uleb128 0x03, 0x08		# DW_AT_name, string
	.uleb128 0x11, 0x01
	.uleb128 0x12, 0x06
	.uleb128 0x3f, 0x19		# DW_AT_external, flag_present
	.uleb128 0, 0
	.uleb128 3, 0x05		# DW_TAG_formal_parameter
	.byte	0
	.uleb128 0x03, 0x08
	.uleb128 0x49, 0x1f20		# DW_AT_type, GNU_ref_alt
	.uleb128 0, 0
	.uleb128 4, 0x05
	.byte	0
	.uleb128 0x03, 0x1f21		# DW_AT_name, GNU_strp_alt
	.uleb128 0x49, 0x13		# DW_AT_type, ref4
	.uleb128 0, 0
	.uleb128 5, 0x24		# DW_TAG_base_type
	.byte	0
	.uleb128 0x0b, 0x0b		# DW_AT_byte_size, data1
	.uleb128 0x3e, 0x0b		# DW_AT_encoding, data1
	.uleb128 0x03, 0x08
	.uleb128 0, 0
	.byte	0

	.section .debug_info, "", @progbits
.Lunit:
	.long	.Lunit_end - .Lunit_begin
.Lunit_begin:
	.short	4
	.long	0
	.byte	8
	.uleb128 1
	.byte	0x1d			# C11
	.quad	_start
	.long	.Lend - _start
	.uleb128 2
	.string	"_start"
	.quad	_start
	.long	.Lend - _start
	.uleb128 3
	.string	"elsewhere"
	.long	SHARED_TYPE
	.uleb128 4
	.long	0
	.long	.Lint - .Lunit
	.byte	0
.Lint:
	.uleb128 5
	.byte	4, 5
	.string	"int"
	.byte	0
.Lunit_end:

	.section .note.GNU-stack, "", @progbits
