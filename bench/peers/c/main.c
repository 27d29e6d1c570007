/*
 * Runs windows of the benchmark's net. Usage: <program> <data file written by c.ts>
 * Lines on stdin, answers on stdout: "check" gives, window after window, the hidden spikes and a hash of the readout's
 * membranes after every step; a number n runs the next n windows and gives the nanoseconds they took.
 */
#define _POSIX_C_SOURCE 199309L
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_WINDOWS = 64, ALIGNMENT = 64 };

typedef struct {
  const uint32_t *offsets;
  const uint16_t *events;
} Window;

static Layer hidden, readout;
static uint32_t steps, windowCount;
static Window windows[MAX_WINDOWS];
static uint32_t *offsets;
static uint16_t *events, *fired;
static int32_t *acc, *scores;

static void *room(size_t bytes) {
  void *p = aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT);
  if (!p) exit(2);
  memset(p, 0, bytes);
  return p;
}

static void *array(FILE *file, size_t bytes) {
  void *p = room(bytes);
  if (fread(p, 1, bytes, file) != bytes) {
    fprintf(stderr, "the data file is too short\n");
    exit(2);
  }
  return p;
}

static Layer readLayer(FILE *file, uint32_t sources) {
  Layer layer;
  const int32_t *head = array(file, 16);
  layer.neurons = (uint32_t)head[0];
  layer.stride = (uint32_t)head[1];
  layer.shift = head[2];
  layer.lower = head[3];
  layer.weights = array(file, (size_t)sources * layer.stride);
  layer.decays = array(file, 2 * layer.stride);
  layer.thresholds = array(file, 2 * layer.stride);
  layer.biases = array(file, 4 * layer.stride);
  layer.membranes = room(2 * layer.stride);
  return layer;
}

static void readNet(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  const uint32_t *head = array(file, 16);
  const uint32_t inputs = head[0];
  uint32_t most = 0;
  steps = head[1];
  windowCount = head[2];
  if (windowCount > MAX_WINDOWS) exit(2);
  hidden = readLayer(file, inputs);
  readout = readLayer(file, hidden.neurons);
  for (uint32_t i = 0; i < windowCount; i++) {
    windows[i].offsets = array(file, 4 * (steps + 1));
    windows[i].events = array(file, 2 * windows[i].offsets[steps]);
    if (windows[i].offsets[steps] > most) most = windows[i].offsets[steps];
  }
  fclose(file);
  offsets = room(4 * (steps + 1));
  events = room(2 * most);
  fired = room(2 * hidden.stride);
  acc = room(4 * hidden.stride);
  scores = room(4 * readout.stride);
}

static uint32_t hash(uint32_t h, int16_t value) {
  return (h ^ (uint16_t)value) * UINT32_C(16777619);
}

/* A window from rest, its input copied as the core's is; hidden spikes. */
static uint32_t run(const Window *window, uint32_t *digest) {
  uint32_t spikes = 0;
  memcpy(offsets, window->offsets, 4 * (steps + 1));
  memcpy(events, window->events, 2 * window->offsets[steps]);
  memset(hidden.membranes, 0, 2 * hidden.stride);
  memset(readout.membranes, 0, 2 * readout.stride);
  memset(scores, 0, 4 * readout.stride);
  for (uint32_t t = 0; t < steps; t++) {
    dense(&hidden, events + offsets[t], offsets[t + 1] - offsets[t], acc);
    const uint32_t count = fire(&hidden, acc, fired);
    dense(&readout, fired, count, acc);
    integrate(&readout, acc);
    for (uint32_t k = 0; k < readout.neurons; k++) scores[k] += readout.membranes[k];
    spikes += count;
    if (digest) {
      for (uint32_t k = 0; k < readout.neurons; k++) *digest = hash(*digest, readout.membranes[k]);
    }
  }
  return spikes;
}

static int label(void) {
  uint32_t best = 0;
  for (uint32_t k = 1; k < readout.neurons; k++) if (scores[k] > scores[best]) best = k;
  return (int)best;
}

int main(int argc, char **argv) {
  char line[64];
  uint32_t next = 0;
  volatile int answer = 0;
  if (argc != 2) return 2;
  readNet(argv[1]);
  while (fgets(line, sizeof line, stdin)) {
    if (!strncmp(line, "check", 5)) {
      for (uint32_t i = 0; i < windowCount; i++) {
        uint32_t digest = UINT32_C(2166136261);
        const uint32_t spikes = run(&windows[i], &digest);
        printf("%u:%u ", spikes, digest);
      }
      printf("\n");
    } else {
      struct timespec a, b;
      const long n = strtol(line, NULL, 10);
      clock_gettime(CLOCK_MONOTONIC, &a);
      for (long i = 0; i < n; i++) {
        run(&windows[next++ % windowCount], NULL);
        answer = label();
      }
      clock_gettime(CLOCK_MONOTONIC, &b);
      printf("%lld\n", (long long)(b.tv_sec - a.tv_sec) * 1000000000LL + (b.tv_nsec - a.tv_nsec));
    }
    fflush(stdout);
  }
  (void)answer;
  return 0;
}
