package io.github.coda4j.spark;

import io.github.coda4j.CodaException;
import io.github.coda4j.data.CorpusEngine;
import io.github.coda4j.data.CorpusReader;
import java.nio.file.Path;

/** {@code --engine spark}: see {@link CorpusJob} for how it works. */
public final class SparkEngine implements CorpusEngine {
    /** Found by {@link java.util.ServiceLoader}. */
    public SparkEngine() {}

    @Override
    public String name() {
        return "spark";
    }

    @Override
    public Tokenized tokenize(
            Work work,
            Content content,
            Path tokenizer,
            Path out,
            long shardTokens,
            boolean overwrite,
            CorpusReader.Listener listener) {
        requireSpark();
        return new TokenizeJob(work, content, tokenizer, out, shardTokens, overwrite).run(listener);
    }

    @Override
    public Counted count(Work work, long sampleBytes, Path beside, CorpusReader.Listener listener) {
        requireSpark();
        return new CountJob(work, sampleBytes, beside).run(listener);
    }

    /** The room may be there without the libraries: they belong to whoever runs a cluster. */
    static void requireSpark() {
        try {
            Class.forName("org.apache.spark.SparkContext", false, SparkEngine.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new CodaException(
                    "Apache Spark is not on the class path: build with Maven's profile `spark` "
                            + "(CODA_MAVEN_ARGS=-Pspark ./coda), or start by spark-submit (recipes/spark)",
                    e);
        }
    }
}
