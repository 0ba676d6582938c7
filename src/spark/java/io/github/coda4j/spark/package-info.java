/** The work of room {@code data} on Apache Spark: the same shards of corpora beyond one machine. */
@MayUse({"data", "files", "text", "cli.app.Main", "org.apache.spark", "org.apache.hadoop", "scala"})
package io.github.coda4j.spark;

import io.github.coda4j.MayUse;
