package io.github.coda4j.eval.sanitize;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the field's harnesses cut answers, and which part of them they take. */
public final class Answers {
    /** The stops of CoDA's and lm-eval's HumanEval. */
    public static final List<String> HUMANEVAL_STOPS = List.of("\nclass", "\ndef", "\n#", "\nif", "\nprint");

    /** The stops of CoDA's MBPP. */
    public static final List<String> MBPP_STOPS = List.of("```");

    /** The stops of the BigCode harness's HumanEval. */
    public static final List<String> BIGCODE_HUMANEVAL_STOPS =
            List.of("\nclass", "\ndef", "\n#", "\n@", "\nprint", "\nif", "\n```", "<file_sep>");

    /** The stops of the BigCode harness's MBPP. */
    public static final List<String> BIGCODE_MBPP_STOPS =
            List.of("\nclass", "\nassert", "\n\"\"\"", "\nprint", "\nif", "\n<|/", "\n```");

    private static final String METHOD_END = "\n    }\n";
    private static final String END_OF_TURN = "<|im_end|>";
    private static final String FENCE = "```";
    private static final String PYTHON_FENCE = "```python\n";
    private static final Pattern BLOCK = Pattern.compile("```(?:\\w+)?\\n?(.*?)\\n?```", Pattern.DOTALL);
    private static final Pattern PYTHON_BLOCK = Pattern.compile("```(?:python)?\\s*\\n(.*?)\\n```", Pattern.DOTALL);

    private Answers() {}

    /** The text before the first occurrence of a stop, or all of it. */
    public static String before(String text, String stop) {
        int at = text.indexOf(stop);
        return at < 0 ? text : text.substring(0, at);
    }

    /** As CoDA's evaluation cuts: at the end of the turn, then at each stop in turn. */
    public static String codaUntil(String answer, List<String> stops) {
        String text = before(answer, END_OF_TURN);
        for (String stop : stops) {
            text = before(text, stop);
        }
        return text;
    }

    /** What goes into the sanitizer of CoDA's HumanEval: the prompt and the answer's Python block. */
    public static String codaBeforeSanitizer(String prompt, String answer) {
        int fence = answer.indexOf(PYTHON_FENCE);
        String code = fence < 0 ? answer : answer.substring(fence + PYTHON_FENCE.length());
        return prompt + "\n" + before(code, FENCE);
    }

    /** lm-eval's HumanEval with a chat: prompt and answer up to the first fence. */
    public static String lmEvalHumanEval(String prompt, String answer) {
        return prompt + before(answer, FENCE);
    }

    /** lm-eval's MBPP with a chat: the first fenced block, the prompt's open fence counted; otherwise nothing. */
    public static String lmEvalMbpp(String answer) {
        Matcher block = BLOCK.matcher(FENCE + answer);
        return block.find() ? block.group(1) : "";
    }

    /** As the BigCode harness cuts: at the earliest of the stops. */
    public static String bigcode(String answer, List<String> stops) {
        int end = answer.length();
        for (String stop : stops) {
            int at = answer.indexOf(stop);
            end = at < 0 ? end : Math.min(end, at);
        }
        return answer.substring(0, end);
    }

    /** MultiPL-E's Java: before the end of the method, which the tests have. */
    public static String multiplE(String answer) {
        return before(answer, METHOD_END);
    }

    /** HumanEval-X's Java: before a main method, to the last closing brace, and one more where braces ask for it. */
    public static String humanEvalX(String answer) {
        int main = answer.indexOf("public static void main");
        String code = main < 0 ? answer : answer.substring(0, main) + "}";
        int last = code.lastIndexOf('}');
        code = last < 0 ? code : code.substring(0, last + 1);
        long opened = code.chars().filter(c -> c == '{').count();
        long closed = code.chars().filter(c -> c == '}').count();
        return opened + 1 == closed ? code + "\n}" : code;
    }

    /** LiveCodeBench: the lines between the last two with a fence; nothing when there are not two. */
    public static String liveCodeBench(String answer) {
        String[] lines = answer.split("\n", -1);
        List<Integer> fences = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].contains(FENCE)) {
                fences.add(i);
            }
        }
        if (fences.size() < 2) {
            return "";
        }
        int from = fences.get(fences.size() - 2) + 1;
        int to = fences.getLast();
        return String.join("\n", List.of(lines).subList(from, to));
    }

    /** nanochat: the first block of Python, or all of it, without white space around it. */
    public static String nanochat(String answer) {
        Matcher block = PYTHON_BLOCK.matcher(answer);
        return PythonText.strip(block.find() ? block.group(1) : answer);
    }
}
