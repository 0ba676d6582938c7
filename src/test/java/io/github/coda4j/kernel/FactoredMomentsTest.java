package io.github.coda4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactoredMomentsTest {
    private static final int ROWS = 150;
    private static final int FIRST = 5;
    private static final int FROM = 3;
    private static final int COUNT = 140;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 33, 128, 207, 1300})
    void the_passes_equal_their_plain_twins(int columns) {
        Random random = new Random(columns);
        try (Arena arena = Arena.ofConfined()) {
            int size = FIRST + ROWS * columns;
            MemorySegment gradients = Twins.random(arena, NumberKind.F32, size, 2, random);
            MemorySegment fastValues = Twins.random(arena, NumberKind.F32, size, 1, random);
            MemorySegment plainValues = Twins.copy(arena, fastValues);
            FactoredMoments fast = new FactoredMoments(columns);
            PlainFactoredMoments plain = new PlainFactoredMoments(columns);

            float[] fastRows = new float[ROWS];
            float[] plainRows = new float[ROWS];
            double[] fastColumns = new double[columns];
            double[] plainColumns = new double[columns];
            Arrays.fill(fastColumns, 1);
            Arrays.fill(plainColumns, 1);
            fast.squares(gradients, FIRST, FROM, COUNT, fastRows, fastColumns);
            plain.squares(gradients, FIRST, FROM, COUNT, plainRows, plainColumns);
            assertThat(fastRows[FROM - 1]).isZero();
            assertThat(fastRows[FROM + COUNT]).isZero();
            for (int r = FROM; r < FROM + COUNT; r++) {
                assertThat(fastRows[r]).as("row %d", r).isCloseTo(plainRows[r], within(1e-6f * (1 + plainRows[r])));
            }
            for (int c = 0; c < columns; c++) {
                assertThat(fastColumns[c])
                        .as("column %d", c)
                        .isCloseTo(plainColumns[c], within(1e-6 * plainColumns[c]));
            }

            float[] rowFactors = Twins.numbers(ROWS, 1, random);
            float[] columnFactors = Twins.numbers(columns, 1, random);
            double squares = plain.updateSquares(gradients, FIRST, FROM, COUNT, rowFactors, columnFactors);
            assertThat(fast.updateSquares(gradients, FIRST, FROM, COUNT, rowFactors, columnFactors))
                    .isCloseTo(squares, within(1e-6 * squares));

            fast.update(fastValues, gradients, FIRST, FROM, COUNT, rowFactors, columnFactors, -0.3f);
            plain.update(plainValues, gradients, FIRST, FROM, COUNT, rowFactors, columnFactors, -0.3f);
            Twins.assertSame(NumberKind.F32, fastValues, plainValues, size, 1e-6, "values");
        }
    }
}
