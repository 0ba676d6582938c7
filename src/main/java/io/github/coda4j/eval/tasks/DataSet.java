package io.github.coda4j.eval.tasks;

/**
 * Published sets of tasks. Their rows are for evaluation only: nothing is trained on them, and they are not part of
 * coda4j.
 */
public enum DataSet {
    HUMANEVAL("HumanEval", 164, "88771747746422b8669027625578460c", "github.com/openai/human-eval, data/"),
    SINGLE_LINE(
            "HumanEval-SingleLineInfilling",
            1033,
            "30129634e180d80c19d6ddcd4cf43f9c",
            "github.com/openai/human-eval-infilling, data/"),
    MULTI_LINE(
            "HumanEval-MultiLineInfilling",
            5815,
            "ea427b649ffdb058230f29cc7115136c",
            "github.com/openai/human-eval-infilling, data/"),
    RANDOM_SPAN(
            "HumanEval-RandomSpanInfilling",
            1640,
            "f244ae11c94f325e71beede0386d6b24",
            "github.com/openai/human-eval-infilling, data/"),
    RANDOM_SPAN_LIGHT(
            "HumanEval-RandomSpanInfillingLight",
            164,
            "a7657f5f6a62753f126b83460db22dc6",
            "github.com/openai/human-eval-infilling, data/"),
    MBPP("mbpp", 974, "f50124cdd150eac633c8e26828e0b3c1", "github.com/google-research/google-research, mbpp/"),
    SANITIZED_MBPP(
            "sanitized-mbpp",
            426,
            "b99e9bb57409af892199ccb1bc536d53",
            "github.com/google-research/google-research, mbpp/, one row a line"),
    HUMANEVAL_PLUS(
            "HumanEvalPlus",
            164,
            "fe585eb4df8c88d844eeb463ea4d0302",
            "github.com/evalplus/humanevalplus_release, v0.1.10"),
    HUMANEVAL_PLUS_TESTS(
            "HumanEvalPlus-OriginFmt",
            164,
            "03c016fe9c023eac1a6490f473958628",
            "github.com/evalplus/humanevalplus_release, v0.1.10"),
    HUMANEVAL_PLUS_MINI(
            "HumanEvalPlus-Mini",
            164,
            "401e75ad986361dccc7afecb4121e295",
            "github.com/evalplus/humanevalplus_release, v0.1.10"),
    MBPP_PLUS("MbppPlus", 378, "ee43ecabebf20deef4bb776a405ac5b1", "github.com/evalplus/mbppplus_release, v0.2.0"),
    MBPP_PLUS_TESTS(
            "MbppPlus-OriginFmt",
            378,
            "ecca953ca5196893c1bdf3ea16e8ef13",
            "github.com/evalplus/mbppplus_release, v0.2.0"),
    HUMANEVAL_X_JAVA(
            "humaneval-x-java",
            164,
            "5a5b0802b4617e84b98ce09816591c90",
            "github.com/THUDM/CodeGeeX, codegeex/benchmark/humaneval-x/java/data/humaneval_java.jsonl.gz"),
    MULTIPL_E_HUMANEVAL_JAVA(
            "multipl-e-humaneval-java-reworded",
            158,
            "661d0e4a69cd2d9b60ebc0e899cc53c8",
            "github.com/nuprl/MultiPL-E, prompts/, one row a line"),
    MULTIPL_E_MBPP_JAVA(
            "multipl-e-mbpp-java-reworded",
            386,
            "f3b25330784d71195a7cb290ec4a5be9",
            "github.com/nuprl/MultiPL-E, prompts/, one row a line"),
    SANTACODER(
            "santacoder-fim",
            4792,
            "96cf1bad00b088e7961916654fe824c7",
            "huggingface.co/datasets/bigcode/santacoder-fim-task, as JSON lines"),
    SAFIM_BLOCK(
            "safim-block_completion",
            8781,
            "b5b56634b0a2eea2a44a6e9176ee5f93",
            "github.com/gonglinyuan/safim, data/ of the first release"),
    SAFIM_CONTROL(
            "safim-control_completion",
            8629,
            "e03914f80ea18b9d689ae8af180a7924",
            "github.com/gonglinyuan/safim, data/ of the first release"),
    SAFIM_API(
            "safim-api_completion",
            310,
            "8b5ab742192d61256bb77792ba7c1803",
            "github.com/gonglinyuan/safim, data/ of the first release"),
    QUIXBUGS_JAVA(
            "quixbugs-java-infill",
            36,
            "740a0a92397b15f125b9dfd4928212f5",
            "made from github.com/jkoppel/QuixBugs: programs whose correct version differs in one place");

    private final String file;
    private final int rows;
    private final String md5;
    private final String publisher;

    DataSet(String file, int rows, String md5, String publisher) {
        this.file = file;
        this.rows = rows;
        this.md5 = md5;
        this.publisher = publisher;
    }

    /** The name of its file without {@code .jsonl} or {@code .jsonl.gz}. */
    public String file() {
        return file;
    }

    /** How many rows the version has that is known here. */
    public int rows() {
        return rows;
    }

    /** MD5 of that version, unpacked: what EvalPlus calls its hash. */
    public String md5() {
        return md5;
    }

    /** Where its publisher has it. */
    public String publisher() {
        return publisher;
    }
}
