package io.github.coda4j.model;

import java.util.List;

/**
 * A published model whose family is read here.
 *
 * @param id on the Hugging Face hub
 * @param preset the preset of its shape
 * @param licence as its publisher states it; with a question mark where that was not seen on the model's own page
 * @param use what it is good for, in a few words
 */
public record KnownModel(String id, String preset, String licence, String use) {
    private static final String DREAM = "dream-7b";

    /** All of them, the small ones first. */
    public static final List<KnownModel> ALL = List.of(
            new KnownModel("fredzzp/open-dcoder-0.5B", "qwen2.5-0.5b", "unknown", "fills single lines of code, small"),
            new KnownModel(
                    "dllm-hub/Qwen2.5-Coder-0.5B-Instruct-diffusion-mdlm-v0.1",
                    "qwen2.5-0.5b",
                    "Apache-2.0 ?",
                    "code and chat, the smallest"),
            new KnownModel(
                    "dllm-hub/Qwen3-0.6B-diffusion-mdlm-v0.1", "qwen3-0.6b", "Apache-2.0", "code and chat, small"),
            new KnownModel(
                    "dllm-hub/Qwen3-0.6B-diffusion-bd3lm-v0.1",
                    "qwen3-0.6b",
                    "Apache-2.0",
                    "code and chat, the best of this size; --attention-block 32"),
            new KnownModel(
                    "Efficient-Large-Model/Fast_dLLM_v2_1.5B",
                    "fast-dllm-v2-1.5b",
                    "Apache-2.0",
                    "chat and code, fast"),
            new KnownModel("JetLM/SDAR-1.7B-Chat", "sdar-1.7b", "MIT", "chat; --attention-block 4"),
            new KnownModel("Salesforce/CoDA-v0-Instruct", "coda-1.7b", "CC BY-NC 4.0", "code, infilling"),
            new KnownModel("Dream-org/Dream-v0-Instruct-7B", DREAM, "Apache-2.0", "chat and code"),
            new KnownModel("Dream-org/Dream-Coder-v0-Instruct-7B", DREAM, "Apache-2.0 ?", "code, the strongest here"),
            new KnownModel("apple/DiffuCoder-7B-cpGRPO", DREAM, "Apple's own", "code"),
            new KnownModel("GSAI-ML/LLaDA-8B-Instruct", "llada-8b", "MIT ?", "chat"),
            new KnownModel("GSAI-ML/LLaDA-1.5", "llada-8b", "MIT ?", "chat"),
            new KnownModel(
                    "ByteDance-Seed/Stable-DiffCoder-8B-Instruct", "stable-diffcoder-8b", "MIT", "code, 8K context"));

    /** How large it is. */
    public ModelSize size() {
        ModelConfig config = ModelConfig.preset(preset);
        return new ModelSize(config, config.numParameters());
    }
}
