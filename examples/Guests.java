import java.util.ArrayList;
import java.util.List;

/** The names of those who came. */
public class Guests {
    private final List<String> names = new ArrayList<>();

    public void add(String name) {
        if (name == null) {
            throw new RuntimeException("name is null");
        }
        names.add(name);
    }

    public boolean contains(String name) {
        for (int i = 0; i < names.size(); i = i + 1) {
            if (names.get(i).equals(name)) {
                return true;
            }
        }
        return false;
    }
}
