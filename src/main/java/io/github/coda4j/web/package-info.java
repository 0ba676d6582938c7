/** Asking servers over HTTP: through which proxy, and again when a failure may pass. */
@MayUse({})
package io.github.coda4j.web;

import io.github.coda4j.MayUse;
