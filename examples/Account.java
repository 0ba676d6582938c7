import java.util.ArrayList;
import java.util.List;

/** Somebody's account. */
public final class Account {
    private final String name;
    private final int limit;
    private final List<String> entries = new ArrayList<>();

    public Account(String name, int limit) {
        <|hole|>
        <|hole|>
    }

    public List<String> getEntries() {
        return entries;
    }
}
