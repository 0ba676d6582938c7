/**
 * Machine code for x86-64 that is written while the program runs: an assembler of the few instructions that are needed,
 * memory that is written first and then executable, and one kernel, products of int8 and 4-bit weights, with its plain
 * twin. Whoever calls it knows that the processor has AVX-512 with VNNI.
 */
@MayUse({})
package io.github.coda4j.jit;

import io.github.coda4j.MayUse;
