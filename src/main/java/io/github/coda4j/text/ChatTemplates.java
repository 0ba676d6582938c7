package io.github.coda4j.text;

import io.github.coda4j.files.NamedFiles;

/** Chat templates of checkpoints that are no folders. */
public final class ChatTemplates {
    private ChatTemplates() {}

    /**
     * The template among a checkpoint's small files; see {@link ChatTemplate#forCheckpoint}.
     *
     * @throws io.github.coda4j.CodaException when it is neither of the Qwen3/CoDA family nor one of turns alone
     */
    public static ChatTemplate of(NamedFiles files) {
        return ChatTemplate.of(files);
    }
}
