# Make rules for spikelet in a firmware. Before the include:
#   SPIKELET       the folder of this file
#   SPIKELET_WASM  the core; without it the one in the package
#   SPIKELET_BUILD where the translated core goes; without it build/spikelet
# Then add $(SPIKELET_SOURCES) to the sources, $(SPIKELET_FLAGS) to their flags and $(SPIKELET_CORE) to what they depend on.

SPIKELET_WASM ?= $(SPIKELET)/../../dist/spikelet.wasm
SPIKELET_BUILD ?= build/spikelet
SPIKELET_WASM2C ?= wasm2c
SPIKELET_CORE = $(SPIKELET_BUILD)/spikelet-core.c
SPIKELET_SOURCES = $(SPIKELET)/spikelet.c $(SPIKELET)/spikelet-status.c $(SPIKELET)/spikelet-store.c
SPIKELET_FLAGS = -I$(SPIKELET) -I$(SPIKELET_BUILD)

$(SPIKELET_CORE): $(SPIKELET_WASM) $(SPIKELET)/wasm2c.awk
	@command -v $(SPIKELET_WASM2C) >/dev/null || { echo "found no wasm2c, expected that of wabt 1.0.32; apt-get install wabt" >&2; exit 1; }
	@mkdir -p $(SPIKELET_BUILD)
	$(SPIKELET_WASM2C) -n spikelet -o $(SPIKELET_BUILD)/wasm2c.c $<
	awk -f $(SPIKELET)/wasm2c.awk $(SPIKELET_BUILD)/wasm2c.h $(SPIKELET_BUILD)/wasm2c.c > $@
