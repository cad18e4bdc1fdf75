// Adds up to its argument, or crashes when the argument is the word.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int total;

static int add(int n) {
  total += n;
  return total;
}

static void crash_here(int* p) {
  *p = 1;
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "crash") == 0) crash_here(NULL);
  int limit = argc > 1 ? atoi(argv[1]) : 0;
  for (int i = 1; i <= limit; ++i) {
    add(i);
  }
  printf("total %d\n", total);
  return total;
}
