#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int lib_calls(int (*f)(int), int n);
volatile long sink;
#define P __attribute__((noinline,noclone))
P int c(int n) { sink = n; return n; }
P int b(int n) { return c(n) + 1; }
P int a(int n) { return b(n) + 1; }
P int deep(int n) { return n ? deep(n-1) + 1 : c(n); }
P int cmp(const void *x, const void *y) { c(1); return *(const int*)x - *(const int*)y; }
int main(int argc, char **argv) { int r = atoi(argv[2]); int d[2] = {2,1};
 char l[8]; printf("pid %d\n", getpid()); fflush(stdout); fgets(l, 8, stdin);
 for (int i = 0; i < r; i++) switch (argv[1][0]) { case 'a': a(i); break; case 'd': deep(200); break; case 'q': d[0]=2;d[1]=1; qsort(d,2,4,cmp); break; case 'l': lib_calls(a, i); break; }
 puts("done"); return 0; }
