package io.github.coda4j.serve.wire;

/**
 * A request for the next edit of a file, as Mercury's clients send it: one user message in which tags mark the file and
 * the region that is to be written anew.
 *
 * @param before the text before the region, other files that are sent along first
 * @param region the text that is to be replaced
 * @param after the text behind it
 */
public record EditBody(AnswerOptions options, String before, String region, String after) {
    private static final String CURSOR = "<|cursor|>";
    private static final String REGION = "code_to_edit";
    private static final String WANTED = "the file and the region to edit";
    private static final String PATH = "current_file_path:";
    private static final String SNIPPET_PATH = "(?m)^code_snippet_file_path:.*\\R?";

    /** @param mostChoices the most answers */
    public static EditBody read(Fields body, int mostChoices) {
        AnswerOptions options = AnswerFields.read(body, mostChoices);
        if (options.fixedLength()) {
            throw Problem.unsupported(
                    "length", "length fixed is not supported here: what the region becomes is as long as it is");
        }
        TaggedText content = TaggedText.ofMessage(body);
        TaggedText file =
                new TaggedText(content.get("current_file_content", WANTED).replace(CURSOR, ""));
        String region = file.get(REGION, WANTED);
        int start = file.text().indexOf(TaggedText.open(REGION));
        int end = file.text().indexOf(TaggedText.close(REGION))
                + TaggedText.close(REGION).length();
        String before = file.text().substring(0, start).replaceFirst("\\A\\n?" + PATH + ".*\\n", "");
        String snippets = content.find("recently_viewed_code_snippets")
                .orElse("")
                .replaceAll(SNIPPET_PATH, "")
                .replaceAll("<\\|/?recently_viewed_code_snippet\\|>\\n?", "");
        // The line ends beside the region's tags belong to the tags.
        return new EditBody(
                options,
                (snippets.isBlank() ? "" : snippets) + before,
                TaggedText.inner(region),
                "\n" + file.text().substring(end).replaceFirst("\\A\\n", ""));
    }
}
