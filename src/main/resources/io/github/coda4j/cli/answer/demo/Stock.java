import java.util.ArrayList;
import java.util.List;

/** What a shop has in stock. */
public class Stock {
    private final String name;
    private final int limit;
    private final List<String> items = <|hole|>

    public Stock(String name, int limit) {
        <|hole|>
        <|hole|>
    }

    public int getLimit() {
        <|hole|>
    }

    public boolean contains(String item) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).equals(item)) {
                <|hole|>
            }
        }
        <|hole|>
    }

    public void add(String item) {
        if (items.size() >= limit) {
            throw new <|hole|>("the limit is reached");
        }
        items.add(item);
    }
}
