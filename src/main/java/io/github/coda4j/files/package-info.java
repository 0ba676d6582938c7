/** Files and folders that appear whole, JSON and text read strictly, and what went wrong in one line. */
@MayUse("com.fasterxml.jackson")
package io.github.coda4j.files;

import io.github.coda4j.MayUse;
