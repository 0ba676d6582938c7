/** What a newcomer sees: a file with holes whose lengths are known, so that they fill at once. */
export const EXAMPLE = `import java.util.ArrayList;
import java.util.List;

public class Stock {
    private final String name;
    private final int limit;
    private final List<String> items = <|hole:3|>

    public Stock(String name, int limit) {
        <|hole:5|>
        <|hole:5|>
    }

    public int getLimit() {
        <|hole:3|>
    }
}
`;
