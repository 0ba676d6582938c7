/**
 * Devices behind PJRT plugins, such as TPUs: plugins, clients, programs, buffers. The C interface is called through the
 * foreign function interface alone; nothing here knows of models.
 */
@MayUse({})
package io.github.coda4j.pjrt;

import io.github.coda4j.MayUse;
