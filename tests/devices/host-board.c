/* board.h on a desk: text and files by the C library; nothing is counted. */
#include "board.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void print(const char *text) {
  fputs(text, stdout);
}

void print_number(const char *name, uint32_t value) {
  printf("%s %" PRIu32 "\n", name, value);
}

void print_hex(const char *name, uint32_t value) {
  printf("%s 0x%" PRIx32 "\n", name, value);
}

void leave(int code) {
  exit(code);
}

uint32_t read_file(const char *name, void *to, uint32_t room) {
  FILE *file = fopen(name, "rb");
  if (!file) return 0;
  const size_t bytes = fread(to, 1, room, file);
  fclose(file);
  return (uint32_t)bytes;
}
