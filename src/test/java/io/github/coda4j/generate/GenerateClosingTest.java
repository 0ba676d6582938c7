package io.github.coda4j.generate;

import io.github.coda4j.decode.DecodeOptions;
import io.github.coda4j.generate.DocumentNames.Spelling;
import io.github.coda4j.generate.length.Candidate;
import io.github.coda4j.generate.length.LengthOptions;
import io.github.coda4j.model.EngineKind;
import io.github.coda4j.model.LoadOptions;
import io.github.coda4j.model.WeightFormat;
import io.github.coda4j.model.plan.Denoiser;
import io.github.coda4j.tensor.Device;
import io.github.coda4j.testkit.ByteTokenizer;
import io.github.coda4j.testkit.ClosingContract;
import io.github.coda4j.testkit.RuleDenoiser;
import io.github.coda4j.testkit.ScriptedDenoiser;
import io.github.coda4j.testkit.ToyCheckpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

class GenerateClosingTest extends ClosingContract {
    @Override
    public List<Case> cases() {
        return List.of(
                new Case("CodaModel", folder -> {
                    LoadOptions load = new LoadOptions(EngineKind.FAST, WeightFormat.INT8, Device.CPU, 2);
                    return CodaModel.open(ToyCheckpoint.write(folder), load, EngineOptions.DEFAULT);
                }),
                new Case("Trial", _ -> trial()),
                new Case("Outside", _ -> outside()),
                new Case("SearchForward", _ -> forward()),
                new Case("HoleSearch", _ -> {
                    ScriptedDenoiser model = model();
                    return new HoleSearch(layout(model), List.of(Document.Hole.upTo(4)), setup(model));
                }),
                new Case("CloseHoles", _ -> closeHoles()),
                new Case("SpelledAnswers", _ -> spelledAnswers()),
                new Case("AnswerComparison", _ -> comparison()),
                new Case("Engine", _ -> Engine.withoutTokenizer(RuleDenoiser.ofHash(), EngineOptions.DEFAULT)));
    }

    private static ScriptedDenoiser model() {
        return new ScriptedDenoiser(
                ByteTokenizer.MASK + 3, ByteTokenizer.MASK, (_, _) -> new ScriptedDenoiser.Answer('a', 0.5));
    }

    private static Outside outside() {
        ScriptedDenoiser model = model();
        Outside outside = Outside.open(layout(model), model);
        model.forward(List.of(outside.fill(new int[0])));
        return outside;
    }

    /** Its plan is made. */
    private static SearchForward forward() {
        Outside outside = outside();
        PromptLayout layout = layout(model());
        SearchForward forward =
                SearchForward.of(outside.fill(new int[] {1}), layout, Outside.rows(layout), outside, _ -> {});
        forward.prepare();
        return forward;
    }

    private static Trial trial() {
        RuleDenoiser model = RuleDenoiser.ofHash();
        return Trial.open(layout(model), List.of(2), DecodeOptions.ofSteps(4), GenerateClosingTest::streams, model);
    }

    private static CloseHoles closeHoles() {
        ScriptedDenoiser model = model();
        List<List<Candidate>> ranked = List.of(List.of(new Candidate(2, 2, 0, 0)));
        CloseHoles holes = new CloseHoles(layout(model), List.of(0), Map.of(), ranked, setup(model));
        holes.next().forEach(SearchForward::prepare);
        return holes;
    }

    private static SpelledAnswers spelledAnswers() {
        ScriptedDenoiser model = model();
        SpelledAnswers answers = new SpelledAnswers(
                layout(model),
                List.of(),
                List.of(new Spelling("a", new int[] {'a'})),
                (names, _) -> List.of(0),
                Optional.empty(),
                true,
                GenerateClosingTest::streams,
                model);
        answers.next().forEach(SearchForward::prepare);
        return answers;
    }

    /** It decodes the answer again. */
    private static AnswerComparison comparison() {
        ScriptedDenoiser model = model();
        Trial trial = trial();
        AnswerComparison comparison = new AnswerComparison(
                layout(model), trial.layout(), List.of(0), List.of(2), List.of(trial), outside(), setup(model));
        comparison.next().forEach(SearchForward::prepare);
        return comparison;
    }

    private static SearchSetup setup(Denoiser model) {
        return new SearchSetup(
                DecodeOptions.ofSteps(4),
                LengthOptions.DEFAULT,
                new AnswerChoice(Optional.empty()),
                Optional.empty(),
                (layout, _) -> streams(layout),
                model);
    }

    private static List<HoleStream> streams(PromptLayout layout) {
        return List.of(new HoleStream(
                layout.holes().getFirst(),
                HiddenText.NOTHING,
                FinishReason.LENGTH,
                Set.of(),
                OptionalInt.empty(),
                new StopStrings(List.of()),
                EndRule.NONE,
                Optional.of(new ByteTokenizer())));
    }

    private static PromptLayout layout(Denoiser model) {
        EncodedDocument document =
                EncodedDocument.of(Document.parse("a<|hole|>b", List.of(Document.Hole.upTo(4))), new ByteTokenizer());
        return PromptLayout.of(document, model.maskId(), model.maxPositions());
    }
}
