package io.github.coda4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountFoldersTest {
    private static final Map<String, String> LINUX = Map.of("os.name", "Linux", "user.home", "/home/ada");

    @Test
    void linux_follows_the_xdg_variables_where_they_name_whole_paths() {
        assertThat(new AccountFolders(Map.of(), LINUX).cache()).isEqualTo(Path.of("/home/ada/.cache/coda4j"));
        assertThat(new AccountFolders(Map.of(), LINUX).state()).isEqualTo(Path.of("/home/ada/.local/state/coda4j"));
        Map<String, String> named = Map.of("XDG_CACHE_HOME", "/big/cache", "XDG_STATE_HOME", "relative");
        assertThat(new AccountFolders(named, LINUX).cache()).isEqualTo(Path.of("/big/cache/coda4j"));
        assertThat(new AccountFolders(named, LINUX).state()).isEqualTo(Path.of("/home/ada/.local/state/coda4j"));
    }

    /** The scripts take HOME; a container's user often is in no list of accounts, and the JVM's folder then is "?". */
    @Test
    void the_home_of_the_environment_beats_that_of_the_list_of_accounts() {
        Map<String, String> unlisted = Map.of("os.name", "Linux", "user.home", "?");
        assertThat(new AccountFolders(Map.of("HOME", "/srv/coda"), unlisted).cache())
                .isEqualTo(Path.of("/srv/coda/.cache/coda4j"));
        assertThat(new AccountFolders(Map.of("HOME", "/srv/coda"), unlisted).state())
                .isEqualTo(Path.of("/srv/coda/.local/state/coda4j"));
        assertThat(new AccountFolders(Map.of("HOME", "relative"), LINUX).cache())
                .isEqualTo(Path.of("/home/ada/.cache/coda4j"));
        Map<String, String> mac = Map.of("os.name", "Mac OS X", "user.home", "/Users/ada");
        assertThat(new AccountFolders(Map.of("HOME", "/Users/eve"), mac).cache())
                .isEqualTo(Path.of("/Users/eve/Library/Caches/coda4j"));
        Map<String, String> windows = Map.of("os.name", "Windows 11", "user.home", "ada");
        assertThat(new AccountFolders(Map.of("HOME", "/home/eve"), windows).state())
                .isEqualTo(Path.of("ada/AppData/Local/coda4j"));
    }

    @Test
    void a_named_cache_beats_the_custom_of_the_system_and_a_blank_name_does_not() {
        assertThat(new AccountFolders(Map.of("CODA_CACHE", "here"), LINUX).cache())
                .isEqualTo(Path.of("here"));
        assertThat(new AccountFolders(Map.of("CODA_CACHE", "  "), LINUX).cache())
                .isEqualTo(Path.of("/home/ada/.cache/coda4j"));
    }

    @Test
    void macs_and_windows_have_folders_of_their_own() {
        Map<String, String> mac = Map.of("os.name", "Mac OS X", "user.home", "/Users/ada");
        assertThat(new AccountFolders(Map.of(), mac).cache()).isEqualTo(Path.of("/Users/ada/Library/Caches/coda4j"));
        assertThat(new AccountFolders(Map.of(), mac).state())
                .isEqualTo(Path.of("/Users/ada/Library/Application Support/coda4j"));
        Map<String, String> windows = Map.of("os.name", "Windows 11", "user.home", "ada");
        assertThat(new AccountFolders(Map.of("LOCALAPPDATA", "local"), windows).cache())
                .isEqualTo(Path.of("local/coda4j/cache"));
        assertThat(new AccountFolders(Map.of(), windows).state()).isEqualTo(Path.of("ada/AppData/Local/coda4j"));
    }
}
