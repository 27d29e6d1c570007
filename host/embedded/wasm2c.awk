# From what wasm2c 1.0.32 writes of the core, its header first, to spikelet-core.c: the instance's fields, and the core's own
# functions, static all. What stands around them (allocation, tables, traps by signal, floats) is spikelet-machine.h's to say.
FNR == 1 { file++ }
{ gsub(/Z_spikelet_instance_t/, "spikelet_core_t") }

file == 1 && /^typedef struct spikelet_core_t \{$/ { copying = 1 }
file == 1 && copying && !/w2c_memory/ { print }

file == 2 && /^static [a-z0-9]+ w2c_[A-Za-z0-9_]+\(.*\);$/ { prototypes++; print; next }
file == 2 && /^static [a-z0-9]+ (w2c_[A-Za-z0-9_]+|init_globals)\(/ { bodies++; copying = 1 }
file == 2 && copying { print }

/^}/ { copying = 0 }

END {
  if (prototypes < 10 || bodies != prototypes + 1)
    print "#error \"found another form than that of wasm2c 1.0.32; take Debian 12's wabt\""
}
