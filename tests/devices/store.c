/*
 * The store of snapshots against power cuts: a flash that loses power after any number of bytes, in the midst of erasing a page or of
 * programming a byte. Prints how many cuts there were, and one line for each that lost the last good snapshot.
 */
#include "board.h"
#include "crc.h"
#include "spikelet-store.h"

#define PAGE 256u
#define PAGES 3u
#define SLOT (PAGE * PAGES)
#define LONG 640u
#define SHORT 336u

static SPIKELET_ALIGNED uint8_t flash[2 * SLOT];
static SPIKELET_ALIGNED uint8_t before[2 * SLOT];
static SPIKELET_ALIGNED uint8_t old_blob[LONG];
static SPIKELET_ALIGNED uint8_t new_blob[LONG];
static uint32_t failures;

/** Bytes until the power goes; what was done until now; noise for the byte at which it goes. */
static uint32_t left;
static uint32_t done;
static uint32_t noise = 1;

static uint8_t random_byte(void) {
  noise ^= noise << 13;
  noise ^= noise >> 17;
  noise ^= noise << 5;
  return (uint8_t)(noise >> 11);
}

/** A byte that would become `value`; the one at which the power goes may have any of its bits changed, or none. */
static int change(uint8_t *byte, uint8_t value) {
  if (!left) return 1;
  left--;
  done++;
  if (left) *byte = value;
  else *byte ^= (uint8_t)((*byte ^ value) & random_byte());
  return !left;
}

static int erase(void *context, uint32_t offset) {
  (void)context;
  if (offset % PAGE || offset >= sizeof flash) leave(4);
  for (uint32_t i = 0; i < PAGE; i++) {
    if (change(flash + offset + i, 255)) return 1;
  }
  return 0;
}

static int program(void *context, uint32_t offset, const void *data, uint32_t bytes) {
  const uint32_t unit = *(const uint32_t *)context;
  const uint8_t *from = data;
  if (offset % unit || bytes % unit) leave(5);
  for (uint32_t i = 0; i < bytes; i++) {
    // only what was erased may be programmed
    if (left && flash[offset + i] != 255) leave(6);
    if (change(flash + offset + i, from[i])) return 1;
  }
  return 0;
}

static uint32_t unit;
static const spikelet_flash_t store = {flash, SLOT, PAGE, 1, erase, program, &unit};

static spikelet_flash_t with_unit(uint32_t bytes) {
  spikelet_flash_t made = store;
  unit = made.unit_bytes = bytes;
  return made;
}

static void expect(const char *what, int holds, uint32_t at) {
  if (holds) return;
  failures++;
  print_number(what, at);
}

static int is(const spikelet_flash_t *f, const uint8_t *blob, uint32_t bytes) {
  const void *found = 0;
  uint32_t length = 0;
  if (spikelet_store_newest(f, &found, &length) || length != bytes || (uintptr_t)found % 16) return 0;
  for (uint32_t i = 0; i < bytes; i++) {
    if (((const uint8_t *)found)[i] != blob[i]) return 0;
  }
  return 1;
}

static int is_empty(const spikelet_flash_t *f) {
  const void *found;
  uint32_t length;
  return spikelet_store_newest(f, &found, &length) == SPIKELET_STORE_EMPTY;
}

static void copy_flash(uint8_t *to, const uint8_t *from) {
  for (uint32_t i = 0; i < sizeof flash; i++) to[i] = from[i];
}

static spikelet_status save(const spikelet_flash_t *f, const uint8_t *blob, uint32_t bytes, uint32_t power) {
  left = power;
  done = 0;
  return spikelet_store_save(f, 0, blob, bytes);
}

/** Cuts the power at every byte of a save of `bytes`, over what the flash holds: the old one of LONG bytes, or nothing. */
static uint32_t cut_everywhere(const spikelet_flash_t *f, uint32_t bytes, int empty) {
  copy_flash(before, flash);
  expect("uncut", save(f, new_blob, bytes, UINT32_MAX) == SPIKELET_OK && is(f, new_blob, bytes), 0);
  const uint32_t all = done;
  for (uint32_t cut = 1; cut <= all; cut++) {
    copy_flash(flash, before);
    save(f, new_blob, bytes, cut);
    const int old_one = empty ? is_empty(f) : is(f, old_blob, LONG), new_one = is(f, new_blob, bytes);
    expect("lost", old_one || new_one, cut);
    // until the last byte of the header there is no new one
    expect("too early", cut >= all || !new_one || cut + 12 >= all, cut);
    // and the store goes on from whatever was left
    expect("stuck", save(f, new_blob, bytes, UINT32_MAX) == SPIKELET_OK && is(f, new_blob, bytes), cut);
  }
  return all;
}

static uint32_t cut_all_ways(uint32_t unit_bytes) {
  const spikelet_flash_t f = with_unit(unit_bytes);
  uint32_t cuts = 0;
  // fresh from the factory, and with other things in it
  for (uint32_t i = 0; i < sizeof flash; i++) flash[i] = 255;
  cuts += cut_everywhere(&f, SHORT, 1);
  for (uint32_t i = 0; i < sizeof flash; i++) flash[i] = random_byte();
  cuts += cut_everywhere(&f, LONG, 1);
  // the newest in either slot
  for (int saves = 1; saves <= 2; saves++) {
    for (int i = 0; i < saves; i++) save(&f, old_blob, LONG, UINT32_MAX);
    cuts += cut_everywhere(&f, SHORT, 0);
    copy_flash(flash, before);
    cuts += cut_everywhere(&f, LONG, 0);
    copy_flash(flash, before);
  }
  return cuts;
}

/** Numbers that have wrapped are later than those before. */
static void wrap(void) {
  const spikelet_flash_t f = with_unit(8);
  for (uint32_t i = 0; i < sizeof flash; i++) flash[i] = 255;
  save(&f, old_blob, LONG, UINT32_MAX);
  uint32_t *header = (void *)flash;
  header[1] = UINT32_MAX;
  header[4] = crc32_of(0, header, 16);
  expect("wrap", is(&f, old_blob, LONG), 0);
  save(&f, new_blob, LONG, UINT32_MAX);
  expect("wrap", is(&f, new_blob, LONG), 1);
  save(&f, old_blob, LONG, UINT32_MAX);
  expect("wrap", is(&f, old_blob, LONG), 2);
}

/** A bit of the newest that turns over in time: the one before is taken. */
static void rot(void) {
  const spikelet_flash_t f = with_unit(8);
  for (uint32_t bit = 0; bit < 8 * (SPIKELET_SLOT_HEADER - 12 + LONG); bit += 7) {
    for (uint32_t i = 0; i < sizeof flash; i++) flash[i] = 255;
    save(&f, old_blob, LONG, UINT32_MAX);
    save(&f, new_blob, LONG, UINT32_MAX);
    // what is unused of a header does not matter
    const uint32_t byte = bit / 8 < 20 ? bit / 8 : bit / 8 + 12;
    flash[SLOT + byte] ^= (uint8_t)(1u << bit % 8);
    expect("rot", is(&f, old_blob, LONG), bit);
  }
}

static void refuse(void) {
  const spikelet_flash_t f = with_unit(8);
  const spikelet_t first = {flash + SPIKELET_SLOT_HEADER, 0, LONG, 0, 0, 0};
  for (uint32_t i = 0; i < sizeof flash; i++) flash[i] = 255;
  expect("long", save(&f, flash, SLOT - SPIKELET_SLOT_HEADER + 1, UINT32_MAX) == SPIKELET_NO_SPACE && done == 0, 0);
  save(&f, old_blob, LONG, UINT32_MAX);
  left = UINT32_MAX;
  expect("in use", spikelet_store_save(&f, &first, new_blob, LONG) == SPIKELET_OK, 0);
  expect("in use", spikelet_store_save(&f, &first, old_blob, LONG) == SPIKELET_STORE_IN_USE, 1);
  expect("in use", is(&f, new_blob, LONG), 2);
}

int main(void) {
  static const uint32_t units[] = {1, 2, 4, 8, 16, 32};
  uint32_t cuts = 0;
  for (uint32_t i = 0; i < LONG; i++) {
    old_blob[i] = random_byte();
    new_blob[i] = random_byte();
  }
  for (uint32_t i = 0; i < sizeof units / sizeof *units; i++) cuts += cut_all_ways(units[i]);
  wrap();
  rot();
  refuse();
  print_number("cuts", cuts);
  print_number("failures", failures);
  return 0;
}
