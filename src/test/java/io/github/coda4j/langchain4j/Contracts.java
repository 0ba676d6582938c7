package io.github.coda4j.langchain4j;

import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * LangChain4j's own tests of chat models, run by {@link LangChain4jContractTest}: each asks what a model cannot do
 * whether that is said, and leaves out the tests of what it would be.
 */
final class Contracts {
    private Contracts() {}

    private static CodaChatModelBuilder<CodaChatModel> model(Parrot parrot) {
        return CodaChatModel.builder().backend(parrot);
    }

    private static CodaChatModelBuilder<CodaStreamingChatModel> streamingModel(Parrot parrot) {
        return CodaStreamingChatModel.builder().backend(parrot);
    }

    /** As {@link AbstractChatModelListenerIT} wants it to be observed. */
    private static <M> M observed(CodaChatModelBuilder<M> builder, ChatModelListener listener) {
        return builder.temperature(0.7)
                .topP(1.0)
                .maxOutputTokens(7)
                .listeners(List.of(listener))
                .build();
    }

    private static void breakIt(Parrot parrot) {
        parrot.denoiser().beforeForward(_ -> {
            throw new IllegalStateException("broken");
        });
    }

    @TestInstance(Lifecycle.PER_CLASS)
    static class Chat extends AbstractChatModelIT {
        private final Parrot parrot = new Parrot();

        @AfterAll
        void close() {
            parrot.close();
        }

        @Override
        protected List<ChatModel> models() {
            return List.of(model(parrot).build());
        }

        @Override
        protected ChatModel createModelWith(ChatRequestParameters parameters) {
            return model(parrot).defaultRequestParameters(parameters).build();
        }

        @Override
        protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
            return CodaChatRequestParameters.builder()
                    .maxOutputTokens(maxOutputTokens)
                    .build();
        }

        @Override
        protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
            return CodaChatResponseMetadata.class;
        }

        @Override
        protected boolean supportsModelNameParameter() {
            return false;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean supportsToolChoiceRequired() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormat() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithSchema() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithRawSchema() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsBase64EncodedString() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsPublicURL() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    @TestInstance(Lifecycle.PER_CLASS)
    static class Streaming extends AbstractStreamingChatModelIT {
        private final Parrot parrot = new Parrot();

        @AfterAll
        void close() {
            parrot.close();
        }

        @Override
        protected List<StreamingChatModel> models() {
            return List.of(streamingModel(parrot).build());
        }

        @Override
        protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
            return streamingModel(parrot).defaultRequestParameters(parameters).build();
        }

        @Override
        public StreamingChatModel createModelWith(ChatModelListener listener) {
            return streamingModel(parrot).listeners(List.of(listener)).build();
        }

        @Override
        protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
            return CodaChatRequestParameters.builder()
                    .maxOutputTokens(maxOutputTokens)
                    .build();
        }

        @Override
        protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
            return CodaChatResponseMetadata.class;
        }

        /** Its test waits half a minute for what must not come; {@link CodaChatModelTest} has it with less patience. */
        @Override
        protected boolean supportsStreamingCancellation() {
            return false;
        }

        @Override
        protected boolean supportsModelNameParameter() {
            return false;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean supportsToolChoiceRequired() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormat() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithSchema() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithRawSchema() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsBase64EncodedString() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsPublicURL() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    static class ChatListener extends AbstractChatModelListenerIT {
        private final Parrot parrot = new Parrot();

        @AfterEach
        void close() {
            parrot.close();
        }

        @Override
        protected ChatModel createModel(ChatModelListener listener) {
            return observed(model(parrot), listener);
        }

        @Override
        protected ChatModel createFailingModel(ChatModelListener listener) {
            breakIt(parrot);
            return observed(model(parrot), listener);
        }

        @Override
        protected String modelName() {
            return Parrot.NAME;
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InternalServerException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }

    static class StreamingListener extends AbstractStreamingChatModelListenerIT {
        private final Parrot parrot = new Parrot();

        @AfterEach
        void close() {
            parrot.close();
        }

        @Override
        protected StreamingChatModel createModel(ChatModelListener listener) {
            return observed(streamingModel(parrot), listener);
        }

        @Override
        protected StreamingChatModel createFailingModel(ChatModelListener listener) {
            breakIt(parrot);
            return observed(streamingModel(parrot), listener);
        }

        @Override
        protected String modelName() {
            return Parrot.NAME;
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return InternalServerException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertResponseId() {
            return false;
        }
    }
}
