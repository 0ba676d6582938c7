/**
 * Programs for compilers of accelerators: tensor values with derivatives, loops that compute again what they need
 * backwards, and the StableHLO text that they become. Knows no model.
 */
@MayUse({})
package io.github.coda4j.hlo;

import io.github.coda4j.MayUse;
