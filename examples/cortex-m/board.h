/* What the firmware wants of a bare board under QEMU: text on the host's terminal, a count of instructions, how deep the stack was. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/** Prints by semihosting. */
void print(const char *text);
/** A line "name value", for programs to read. */
void print_number(const char *name, uint32_t value);
/** A line "name 0x…". */
void print_hex(const char *name, uint32_t value);
/** Reads a file of the host's, at most `room` bytes of it. @return how many; 0 where there is none */
uint32_t read_file(const char *name, void *to, uint32_t room);
/** Ends the emulation. */
void leave(int code) __attribute__((noreturn));

/**
 * Instructions between two calls, in steps of 40: SysTick counts at 25 MHz, and with `-icount shift=0` an instruction takes a
 * nanosecond. Up to 2^24 steps.
 */
void count_from_here(void);
uint32_t instructions(void);

/** Bytes of stack that were ever in use. */
uint32_t stack_bytes(void);
/** Bytes of RAM that variables take, arenas included. */
uint32_t static_bytes(void);

#endif
