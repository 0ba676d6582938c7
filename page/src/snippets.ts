/** A request as programs that can be run as they are printed. */

const KEY = "API_KEY";

/** For a POSIX shell. */
export function curl(url: string, body: unknown, withKey: boolean): string {
  const lines = [`curl ${quoted(url)} \\`, "  -H 'Content-Type: application/json' \\"];
  if (withKey) {
    lines.push(`  -H "Authorization: Bearer $${KEY}" \\`);
  }
  lines.push(`  -d ${quoted(JSON.stringify(body, null, 2))}`);
  return lines.join("\n") + "\n";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** For `java Ask.java`; needs nothing but a JDK. */
export function java(url: string, body: unknown, withKey: boolean): string {
  const indent = " ".repeat(12);
  const json = JSON.stringify(body, null, 2)
    .replaceAll("\\", "\\\\")
    .replaceAll('"""', '\\"""')
    .split("\n")
    .map((line) => indent + line)
    .join("\n");
  const key = withKey ? `\n            .header("Authorization", "Bearer " + System.getenv("${KEY}"))` : "";
  return `import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Run it with: java Ask.java */
public class Ask {
    public static void main(String[] args) throws Exception {
        String body = """
${json}
            """;
        HttpRequest request = HttpRequest.newBuilder(URI.create(${JSON.stringify(url)}))
            .header("Content-Type", "application/json")${key}
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
`;
}
