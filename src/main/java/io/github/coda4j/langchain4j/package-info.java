/** Models as LangChain4j knows them, over a model in the same process; for programs that have langchain4j-core. */
@MayUse({"generate", "generate.request", "text", "dev.langchain4j"})
package io.github.coda4j.langchain4j;

import io.github.coda4j.MayUse;
