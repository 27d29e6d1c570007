/*
 * Where things lie in blobs and arenas: of assembly/layout.ts what this host needs, with the same names. A test holds the two
 * against each other.
 */
#ifndef SPIKELET_LAYOUT_H
#define SPIKELET_LAYOUT_H

#define MAGIC 0x4c4b5053u
#define FORMAT_VERSION 2u
#define HEADER_BYTES 64u
#define HEADER_VERSION 4u
#define HEADER_LENGTH 8u
#define HEADER_ARENA 16u
#define HEADER_STEPS 20u
#define HEADER_INPUTS 24u
#define HEADER_OUTPUTS 28u
#define HEADER_CLASSES 32u
#define HEADER_INPUT_KIND 36u
#define HEADER_INPUT_RANGE 40u
#define HEADER_EVENTS 44u
#define INPUT_SPIKES 1u
#define INPUT_ANALOGUE 2u

#define RUN_RESET 1u
#define RUN_HOLD 2u
#define RUN_RECORD 4u

#define ARENA_MARGIN 16u
#define ARENA_SCORES 60u
#define ARENA_OFFSETS 64u
#define ARENA_EVENTS 68u
#define ARENA_OUTPUTS 72u
#define ARENA_TARGETS 76u
#define ARENA_RECORDED 156u

#endif
