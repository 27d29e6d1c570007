/* Start and services of a Cortex-M3, M4 or M7 on QEMU's MPS2 boards, without a C library. */
#include "board.h"

extern uint32_t _data_load, _data, _data_end, _bss, _bss_end, _stack_top;
int main(void);

#define STACK_PAINT 0xa5a5a5a5u

/* Armv7-M Architecture Reference Manual, B3.2.20 and B3.3 */
#define CPACR (*(volatile uint32_t *)0xe000ed88)
#define SYSTICK_CONTROL (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xe000e014)
#define SYSTICK_NOW (*(volatile uint32_t *)0xe000e018)
#define SYSTICK_RUN 5u
#define SYSTICK_MASK 0xffffffu
#define INSTRUCTIONS_A_TICK 40u

/* Semihosting for AArch32 and AArch64, operations */
#define SYS_OPEN 0x01
#define SYS_WRITE0 0x04
#define SYS_READ 0x06
#define SYS_EXIT_EXTENDED 0x20
#define STOPPED_BY_APPLICATION 0x20026u

static uint32_t host(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print(const char *text) {
  host(SYS_WRITE0, text);
}

uint32_t read_file(const char *name, void *to, uint32_t room) {
  uint32_t length = 0;
  while (name[length]) length++;
  // for reading, as bytes
  const uint32_t place[3] = {(uint32_t)(uintptr_t)name, 1, length};
  const uint32_t file = host(SYS_OPEN, place);
  if (file == UINT32_MAX) return 0;
  const uint32_t read[3] = {file, (uint32_t)(uintptr_t)to, room};
  // what is left of the room
  return room - host(SYS_READ, read);
}

void leave(int code) {
  const uint32_t block[2] = {STOPPED_BY_APPLICATION, (uint32_t)code};
  host(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

static void print_in(const char *name, const char *prefix, uint32_t value, uint32_t base) {
  char digits[12];
  char *p = digits + sizeof digits;
  *--p = 0;
  do {
    *--p = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  print(name);
  print(prefix);
  print(p);
  print("\n");
}

void print_number(const char *name, uint32_t value) {
  print_in(name, " ", value, 10);
}

void print_hex(const char *name, uint32_t value) {
  print_in(name, " 0x", value, 16);
}

static uint32_t started;

void count_from_here(void) {
  started = SYSTICK_NOW;
}

uint32_t instructions(void) {
  return INSTRUCTIONS_A_TICK * ((started - SYSTICK_NOW) & SYSTICK_MASK);
}

uint32_t stack_bytes(void) {
  const uint32_t *p = &_bss_end;
  while (*p == STACK_PAINT) p++;
  return (uint32_t)((uintptr_t)&_stack_top - (uintptr_t)p);
}

uint32_t static_bytes(void) {
  return (uint32_t)((uintptr_t)&_bss_end - (uintptr_t)&_data);
}

static void reset(void) {
  const uint32_t *from = &_data_load;
  uint32_t *here = (uint32_t *)__builtin_frame_address(0);
  for (uint32_t *to = &_data; to < &_data_end; to++) *to = *from++;
  for (volatile uint32_t *to = &_bss; to < &_bss_end; to++) *to = 0;
  // below this frame and what it may still push
  for (volatile uint32_t *to = &_bss_end; to < here - 16; to++) *to = STACK_PAINT;
  CPACR |= 0xfu << 20;
  SYSTICK_RELOAD = SYSTICK_MASK;
  SYSTICK_NOW = 0;
  SYSTICK_CONTROL = SYSTICK_RUN;
  leave(main());
}

static void fault(void) {
  print("fault\n");
  leave(3);
}

__attribute__((section(".vectors"), used)) const void *const vectors[16] = {
    &_stack_top, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault,
};
