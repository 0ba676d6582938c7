package io.github.coda4j.serve.http;

import io.github.coda4j.CodaException;
import io.github.coda4j.files.TextFiles;
import io.github.coda4j.serve.http.HttpOptions.Tls;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate and its key: whether they belong together is found when the server starts, not by its clients. */
final class TlsFiles {
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

    private TlsFiles() {}

    /**
     * Checks them. A key that is written in another way than PKCS #8 is left to those who read it.
     *
     * @throws CodaException when one cannot be read, or they do not belong together
     */
    static void check(Tls tls) {
        String certificate = TextFiles.read(tls.certificate());
        Matcher key = KEY.matcher(TextFiles.read(tls.key()));
        if (!key.find()) {
            return;
        }
        try {
            byte[] pem = certificate.getBytes(StandardCharsets.UTF_8);
            PublicKey open = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem))
                    .getPublicKey();
            PrivateKey secret = KeyFactory.getInstance(open.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1))));
            if (!belong(open, secret)) {
                throw CodaException.of(
                        "the key in %s is not that of the certificate in %s", tls.key(), tls.certificate());
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CodaException(
                    "cannot use the certificate in " + tls.certificate() + " with the key in " + tls.key() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** What the one signs the other accepts. */
    private static boolean belong(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
        String algorithm = open.getAlgorithm();
        String signing =
                algorithm.equals("RSA") ? "SHA256withRSA" : algorithm.equals("EC") ? "SHA256withECDSA" : algorithm;
        byte[] text = algorithm.getBytes(StandardCharsets.UTF_8);
        Signature signature = Signature.getInstance(signing);
        signature.initSign(secret);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(text);
        return signature.verify(signed);
    }
}
