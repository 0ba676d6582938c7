import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a shop has in stock. */
public final class Stock {
    private final Map<String, Integer> counts = new HashMap<>();

    /** Returns the number of items with the given name. */
    public int count(String name) {
        <|hole|>
    }

    /** Returns the names of all items. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            <|hole|>
        }
        return names;
    }

    @Override
    public boolean equals(Object o) {
        if (this == o) {
            <|hole|>
        }
        return false;
    }
}
