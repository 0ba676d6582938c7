package io.github.coda4j.serve.wire;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Log-probabilities in OpenAI's two forms. */
final class Logprobs {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Logprobs() {}

    /** Of a chat: {@code {"content": [{token, logprob, bytes, top_logprobs}], "refusal": null}}. */
    static ObjectNode chat(List<TokenLogprob> tokens) {
        ObjectNode node = NODES.objectNode();
        ArrayNode content = node.putArray("content");
        for (TokenLogprob token : tokens) {
            ArrayNode top = one(content.addObject(), token).putArray("top_logprobs");
            token.top().forEach(other -> one(top.addObject(), other));
        }
        return node.putNull("refusal");
    }

    private static ObjectNode one(ObjectNode node, TokenLogprob token) {
        node.put("token", token.token());
        node.put("logprob", token.logprob());
        ArrayNode bytes = node.putArray("bytes");
        for (byte one : token.bytes()) {
            bytes.add(one & 0xFF);
        }
        return node;
    }

    /** Of a completion: {@code {"tokens", "token_logprobs", "top_logprobs", "text_offset"}}. */
    static ObjectNode text(List<TokenLogprob> tokens) {
        ObjectNode node = NODES.objectNode();
        ArrayNode names = node.putArray("tokens");
        ArrayNode values = node.putArray("token_logprobs");
        ArrayNode tops = node.putArray("top_logprobs");
        ArrayNode offsets = node.putArray("text_offset");
        int offset = 0;
        for (TokenLogprob token : tokens) {
            names.add(token.token());
            values.add(token.logprob());
            ObjectNode top = tops.addObject();
            token.top().forEach(other -> top.put(other.token(), other.logprob()));
            offsets.add(offset);
            offset += token.token().length();
        }
        return node;
    }
}
