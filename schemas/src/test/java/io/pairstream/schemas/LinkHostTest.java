package io.pairstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.LinkHost.InvalidUrlException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkHostTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "http://example.org/owl.jpg, example.org",
    "HTTPS://Example.ORG/Owl.JPG, example.org",
    "https://example.org:8443/owl.jpg, example.org",
    "https://example.org:/owl.jpg, example.org",
    "https://example.org./owl.jpg, example.org",
    "https://example.org, example.org",
    "https://example.org?id=3, example.org",
    "https://example.org#owl@night, example.org",
    "https://example.org/a@b:c/[1]|{2}, example.org",
    "https://my_bucket.example.org/owl.jpg, my_bucket.example.org",
    "https://bücher.example/eule.jpg, xn--bcher-kva.example",
    "https://BÜCHER.example/eule.jpg, xn--bcher-kva.example",
    "https://猫。example/猫.jpg, xn--z7x.example",
    "http://[2001:DB8::1]:8080/owl.jpg, [2001:db8:0:0:0:0:0:1]",
    "http://[2001:db8:0:0::0001]/owl.jpg, [2001:db8:0:0:0:0:0:1]",
    "http://192.0.2.7/owl.jpg, 192.0.2.7",
    "http://0x7F.1/owl.jpg, 0x7f.1",
  })
  void hostIsTheKeyOfALink(String url, String host) {
    assertThat(LinkHost.of(url)).isEqualTo(host);
  }

  @ParameterizedTest(name = "{1}: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the URL is empty",
        "owl.jpg | the URL does not begin with http:// or https://",
        "//example.org/owl.jpg | the URL does not begin with http:// or https://",
        "http:/example.org/owl.jpg | the URL does not begin with http:// or https://",
        "file:///etc/passwd | the URL begins with file:; only http and https are fetched",
        "gopher://example.org/ | the URL begins with gopher:; only http and https are fetched",
        "data:image/png;base64,AA | the URL is the image itself (data:); decode it into a file; only http and https are fetched",
        "http:///owl.jpg | the URL names no host",
        "http://:80/owl.jpg | the URL names no host",
        "http://ann:secret@example.org/owl.jpg | the URL holds a user name or password; links are"
            + " fetched without any",
        "http://example.org@evil.example/ | the URL holds a user name or password; links are"
            + " fetched without any",
        "http://example.org:0/ | the URL's port is 0; ports are 1 to 65535",
        "http://example.org:65536/ | the URL's port is 65536; ports are 1 to 65535",
        "http://example.org:http/ | the URL's host cannot be read; right is host or host:port",
        "http://2001:db8::1/ | the URL's host cannot be read; right is host or host:port",
        "http://[::1/ | the URL's host cannot be read; right is host or host:port",
        "http://[fe80::1%25eth0]/ | the URL's host cannot be read; right is host or host:port",
        "http://[1:2]/ | the URL's host is no IPv6 address in brackets",
        "http://[::ffff:192.0.2.7]/ | the URL's host is an IPv4 address that is written as IPv6",
        "http://[1.2.3.4]/ | the URL's host is no IPv6 address in brackets",
        "http://exa%6dple.org/ | the URL's host is no name that the web can have",
        "http://example..org/ | the URL's host is no name that the web can have",
        "http://./ | the URL's host is no name that the web can have",
        "http://example.org\\evil.example/ | the URL's host is no name that the web can have",
        "http://example.org/an owl.jpg | the URL holds a space or a control character; write a"
            + " space as %20",
      })
  void saysWhatIsWrongWithAUrl(String url, String message) {
    assertThatThrownBy(() -> LinkHost.of(url))
        .isInstanceOf(InvalidUrlException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.org/\r\nHost: x",
        "http://example.org/\u0000",
        "http://example.org/\u0085",
        "http://example.org/\u00a0",
        "http://example.org/\u3000",
        "http://example.org/\ud83d"
      })
  void refusesWhatHasNoPlaceInAUrl(String url) {
    assertThatThrownBy(() -> LinkHost.of(url)).isInstanceOf(InvalidUrlException.class);
  }
}
