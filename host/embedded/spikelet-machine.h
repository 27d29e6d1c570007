/*
 * What code translated by wasm2c stands on: types, loads and stores, the few operations that C has no operator for. In the place
 * of wasm-rt.h and of all that wasm2c puts before a module's functions; only what the core uses, so a core that wants more does
 * not compile.
 */
#ifndef SPIKELET_MACHINE_H
#define SPIKELET_MACHINE_H

#include "spikelet-memory.h"

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

/* Calls do not recurse: a depth need not be counted. */
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE

/* Memory has no types in WebAssembly. The core's accesses are aligned to their size, those of 64 bits at least to 4 bytes, so machines
   without unaligned loads (Cortex-M0) need no care. */
#define SPIKELET_WORD(stored) stored __attribute__((may_alias, aligned(sizeof(stored) < 4 ? sizeof(stored) : 4)))
#define SPIKELET_LOAD(name, stored, extended, result)                     \
  typedef SPIKELET_WORD(stored) name##_word;                              \
  static inline result name##_at(u64 address) {                           \
    const void *p = spikelet_readable(address, sizeof(stored));           \
    return (result)(extended) * (const name##_word *)p;                   \
  }
#define SPIKELET_STORE(name, stored, given)                               \
  typedef SPIKELET_WORD(stored) name##_word;                              \
  static inline void name##_at(u64 address, given value) {                \
    *(name##_word *)spikelet_writable(address, sizeof(stored)) = (stored)value; \
  }

SPIKELET_LOAD(i32_load, u32, u32, u32)
SPIKELET_LOAD(i64_load, u64, u64, u64)
SPIKELET_LOAD(i32_load8_s, s8, s32, u32)
SPIKELET_LOAD(i32_load8_u, u8, u32, u32)
SPIKELET_LOAD(i32_load16_s, s16, s32, u32)
SPIKELET_LOAD(i32_load16_u, u16, u32, u32)
SPIKELET_LOAD(i64_load8_s, s8, s64, u64)
SPIKELET_LOAD(i64_load8_u, u8, u64, u64)
SPIKELET_LOAD(i64_load16_s, s16, s64, u64)
SPIKELET_LOAD(i64_load16_u, u16, u64, u64)
SPIKELET_LOAD(i64_load32_s, s32, s64, u64)
SPIKELET_LOAD(i64_load32_u, u32, u64, u64)
SPIKELET_STORE(i32_store, u32, u32)
SPIKELET_STORE(i64_store, u64, u64)
SPIKELET_STORE(i32_store8, u8, u32)
SPIKELET_STORE(i32_store16, u16, u32)
SPIKELET_STORE(i64_store8, u8, u64)
SPIKELET_STORE(i64_store16, u16, u64)
SPIKELET_STORE(i64_store32, u32, u64)

/* There is one memory, so which one is no argument. */
#define i32_load(memory, address) i32_load_at(address)
#define i64_load(memory, address) i64_load_at(address)
#define i32_load8_s(memory, address) i32_load8_s_at(address)
#define i32_load8_u(memory, address) i32_load8_u_at(address)
#define i32_load16_s(memory, address) i32_load16_s_at(address)
#define i32_load16_u(memory, address) i32_load16_u_at(address)
#define i64_load8_s(memory, address) i64_load8_s_at(address)
#define i64_load8_u(memory, address) i64_load8_u_at(address)
#define i64_load16_s(memory, address) i64_load16_s_at(address)
#define i64_load16_u(memory, address) i64_load16_u_at(address)
#define i64_load32_s(memory, address) i64_load32_s_at(address)
#define i64_load32_u(memory, address) i64_load32_u_at(address)
#define i32_store(memory, address, value) i32_store_at(address, value)
#define i64_store(memory, address, value) i64_store_at(address, value)
#define i32_store8(memory, address, value) i32_store8_at(address, value)
#define i32_store16(memory, address, value) i32_store16_at(address, value)
#define i64_store8(memory, address, value) i64_store8_at(address, value)
#define i64_store16(memory, address, value) i64_store16_at(address, value)
#define i64_store32(memory, address, value) i64_store32_at(address, value)

#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I64_CTZ(x) ((x) ? (u64)__builtin_ctzll(x) : 64u)
#define I32_POPCNT(x) ((u32)__builtin_popcount(x))
#define I32_ROTL(x, y) (((x) << ((y) & 31)) | ((x) >> (-(y) & 31)))
#define I32_ROTR(x, y) (((x) >> ((y) & 31)) | ((x) << (-(y) & 31)))

/* Divisions that WebAssembly traps on give 0. */
#define DIV_U(x, y) ((y) == 0 ? (SPIKELET_TRAP(), 0) : (x) / (y))
#define REM_U(x, y) ((y) == 0 ? (SPIKELET_TRAP(), 0) : (x) % (y))
#define SPIKELET_DIV_S(unsigned_, signed_, least, x, y)                   \
  ((y) == 0 || ((signed_)(x) == (least) && (signed_)(y) == -1)            \
       ? (SPIKELET_TRAP(), (unsigned_)0)                                  \
       : (unsigned_)((signed_)(x) / (signed_)(y)))
#define I32_DIV_S(x, y) SPIKELET_DIV_S(u32, s32, INT32_MIN, x, y)
#define I64_DIV_S(x, y) SPIKELET_DIV_S(u64, s64, INT64_MIN, x, y)

#endif
