package io.github.coda4j.text;

import static io.github.coda4j.Checks.check;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import io.github.coda4j.CodaException;
import io.github.coda4j.files.NamedFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The byte-level BPE tokenizer of a checkpoint (Qwen2 family). Encoding: added tokens are cut out first, the longest at
 * each place; the text between them is brought to NFC, cut by the file's pattern, and merged inside the cuts. A lone
 * surrogate, which is no text, becomes U+FFFD.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final byte[] NOTHING = {};

    private final Encoding merging;
    private final boolean nfc;
    private final AddedTokenMatcher matcher;
    private final List<AddedToken> addedTokens;
    private final Map<Integer, AddedToken> addedById = new HashMap<>();
    private final Map<String, Integer> idByToken;
    private final String[] tokens;
    private final byte[][] bytes;
    private final SpecialTokens specialTokens;

    private BpeTokenizer(BpeSource source, TokenizerConfig config) {
        Map<Integer, AddedToken> added = new TreeMap<>();
        for (AddedToken token : source.added()) {
            AddedToken other = added.put(token.id(), token);
            if (other != null) {
                throw CodaException.of(
                        "%s: added tokens '%s' and '%s' have the same id %d",
                        source.where(), other.content(), token.content(), token.id());
            }
        }
        this.addedTokens = List.copyOf(added.values());
        addedById.putAll(added);
        idByToken = source.vocabulary();
        addedTokens.forEach(token -> idByToken.remove(token.content(), token.id()));
        RankedVocabulary ranked = new RankedVocabulary(source.where(), idByToken, source.merges());
        merging = merging(source, idByToken, ranked.bytes());
        nfc = source.nfc();
        matcher = new AddedTokenMatcher(addedTokens);
        int highestAdded = added.keySet().stream().mapToInt(id -> id).max().orElse(-1);
        int size = Math.max(ranked.tokens().length, highestAdded + 1);
        tokens = Arrays.copyOf(ranked.tokens(), size);
        bytes = Arrays.copyOf(ranked.bytes(), size);
        Arrays.fill(tokens, ranked.tokens().length, size, "");
        Arrays.fill(bytes, ranked.bytes().length, size, NOTHING);
        addedTokens.forEach(token -> placeAdded(token, source.where()));
        specialTokens = new SpecialTokens(
                special(config, "mask_token", source),
                special(config, "pad_token", source),
                special(config, "eos_token", source),
                special(config, "bos_token", source));
    }

    /** The tokenizer of a checkpoint folder; see {@link #load(NamedFiles)}. */
    public static BpeTokenizer load(Path folder) {
        return load(NamedFiles.of(folder));
    }

    /**
     * Loads the tokenizer of a checkpoint: {@code tokenizer.json}, or without it {@code vocab.json}, {@code merges.txt}
     * and the added tokens of {@code tokenizer_config.json} or {@code added_tokens.json}. The roles of special tokens
     * come from {@code tokenizer_config.json} or {@code special_tokens_map.json}.
     *
     * @throws CodaException when there is none, a file is broken, or it is of a kind that would encode differently here
     */
    public static BpeTokenizer load(NamedFiles checkpoint) {
        TokenizerConfig config = new TokenizerConfig(checkpoint);
        return new BpeTokenizer(BpeSource.read(checkpoint, config), config);
    }

    private static Encoding merging(BpeSource source, Map<String, Integer> vocabulary, byte[][] bytes) {
        Map<byte[], Integer> ranks = HashMap.newHashMap(vocabulary.size());
        vocabulary.values().forEach(id -> ranks.put(bytes[id], id));
        try {
            Pattern pieces = new SplitPattern(source.split()).compile();
            return Encodings.newLazyEncodingRegistry()
                    .registerGptBytePairEncoding(new GptBytePairEncodingParams(source.where(), pieces, ranks, Map.of()))
                    .getEncoding(source.where())
                    .orElseThrow();
        } catch (PatternSyntaxException e) {
            throw new CodaException(
                    String.format(
                            Locale.ROOT,
                            "%s: the split pattern '%s' cannot be used: %s",
                            source.where(),
                            source.split(),
                            e.getDescription()),
                    e);
        }
    }

    private void placeAdded(AddedToken token, String where) {
        Integer other = idByToken.putIfAbsent(token.content(), token.id());
        if (bytes[token.id()].length > 0 || other != null) {
            throw CodaException.of(
                    "%s: added token '%s' (id %d) collides with token '%s' (id %d)",
                    where,
                    token.content(),
                    token.id(),
                    other != null ? token.content() : tokens[token.id()],
                    other != null ? other : token.id());
        }
        tokens[token.id()] = token.content();
        bytes[token.id()] = token.content().getBytes(StandardCharsets.UTF_8);
    }

    private OptionalInt special(TokenizerConfig config, String role, BpeSource source) {
        Optional<String> name = config.named(role);
        if (name.isEmpty()) {
            return OptionalInt.empty();
        }
        Integer id = idByToken.get(name.get());
        if (id == null) {
            throw CodaException.of(
                    "%s: the %s '%s' is not among its tokens; add it to the added tokens",
                    source.where(), role, name.get());
        }
        return OptionalInt.of(id);
    }

    @Override
    public int[] encode(MarkedText marked) {
        String text = withoutLoneSurrogates(marked.text());
        IntArrayList ids = new IntArrayList();
        int pieceStart = 0;
        int trustedStart = 0;
        for (int literal = 0; literal <= marked.literals().size(); literal++) {
            boolean last = literal == marked.literals().size();
            int trustedEnd =
                    last ? text.length() : marked.literals().get(literal).start();
            for (int i = trustedStart; i < trustedEnd; ) {
                Optional<AddedToken> token = matcher.longestAt(text, i, trustedEnd);
                if (token.isEmpty()) {
                    i++;
                    continue;
                }
                encodePiece(text.substring(pieceStart, i), ids);
                ids.add(token.get().id());
                i += token.get().content().length();
                pieceStart = i;
            }
            trustedStart = last ? trustedEnd : marked.literals().get(literal).end();
        }
        encodePiece(text.substring(pieceStart), ids);
        return ids.toArray();
    }

    private void encodePiece(String piece, IntArrayList ids) {
        if (piece.isEmpty()) {
            return;
        }
        IntArrayList encoded = merging.encodeOrdinary(nfc ? Normalizer.normalize(piece, Normalizer.Form.NFC) : piece);
        for (int i = 0; i < encoded.size(); i++) {
            ids.add(encoded.get(i));
        }
    }

    private static String withoutLoneSurrogates(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                repaired = repaired == null ? new StringBuilder(text) : repaired;
                repaired.setCharAt(i, '\uFFFD');
            }
        }
        return repaired == null ? text : repaired.toString();
    }

    @Override
    public byte[] tokenBytes(int id) {
        check(id >= 0, "a token id must be 0 or more, got %d", id);
        return id < bytes.length ? bytes[id].clone() : NOTHING;
    }

    @Override
    public String token(int id) {
        check(id >= 0, "a token id must be 0 or more, got %d", id);
        return id < tokens.length ? tokens[id] : "";
    }

    @Override
    public OptionalInt idOf(String token) {
        Integer id = idByToken.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public boolean isSpecial(int id) {
        AddedToken token = addedById.get(id);
        return token != null && token.special();
    }

    @Override
    public int vocabSize() {
        return tokens.length;
    }

    @Override
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /** The tokens outside the merges, by ascending id. */
    public List<AddedToken> addedTokens() {
        return addedTokens;
    }
}
