package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "http://example.com http://example.com/",
        "HTTP://EXAMPLE.com:80/A?B#C http://example.com/A?B",
        "https://example.com:443/ https://example.com/",
        "https://example.com:8443/a https://example.com:8443/a",
        "http://example.com./a http://example.com/a",
        "http://example.com?x http://example.com/?x",
        "http://example.com:/a http://example.com/a",
        "http://b\u00fccher.example/\u00fc?\u00fc http://xn--bcher-kva.example/%C3%BC?%C3%BC",
        "http://\u4f8b\u3048.example/ http://xn--r8jz45g.example/",
        "http://a_b.example/{x}|y\\z\"^` http://a_b.example/%7Bx%7D%7Cy/z%22%5E%60",
        "http://example.com/%2e/%zz/b/../a http://example.com/%zz/a",
        "http://[2606:2800:0220:0001:0:0:0:1]/a http://[2606:2800:220:1::1]/a",
        "http://93.184.215.14/a http://93.184.215.14/a",
        "http://1.2.3.4.example/ http://1.2.3.4.example/",
      })
  void hasOneSpelling(String text, String spelling) {
    HttpUrl address = WebAddress.parse(text);

    assertThat(address).hasToString(spelling);
    assertThat(WebAddress.parse(spelling)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a b/",
        "http://a..b/",
        "http://.a/",
        "http://-/\nx",
        "http://a:0/",
        "http://a:65536/",
        "http://a:8x/",
        "http://a:-1/",
        "http://*/",
        "http://a,b/",
        "http://\ud800/",
        "http://a/\ud800",
        "http://256.1.1.1/",
        "http://1.2.3/",
        "http://[:]/",
        "http://[1:2]/",
        "http://[::1]a/",
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> WebAddress.parse(text)).isInstanceOf(InvalidUrlException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/a",
        "HTTPS://EXAMPLE.com.:8443?x",
        "http://a_b.example#c",
        "http://B\u00dcCHER.example/",
        "http://\u732b\u3002example/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://93.184.215.14:80/a",
        "http://1.2.3.4.example/",
      })
  void hostIsTheLinksKey(String url) {
    assertThat(WebAddress.parse(url).host()).isEqualTo(LinkHost.of(url));
  }

  @Test
  void refusesWhatIsLongerThanTheLimit() {
    String longest = "http://a/" + "x".repeat(LinkHost.MAX_URL_BYTES - 9);

    assertThat(WebAddress.parse(longest).toString()).hasSize(LinkHost.MAX_URL_BYTES);
    assertThatThrownBy(() -> WebAddress.parse(longest + "x"))
        .isInstanceOf(InvalidUrlException.class)
        .hasMessageContaining("8000");
  }

  @ParameterizedTest
  @CsvSource({
    "c, http://a/x/c",
    "./c, http://a/x/c",
    "../c, http://a/c",
    "../../../c, http://a/c",
    "/c/./d/../e, http://a/c/e",
    "/c/.., http://a/",
    "//b/c, http://b/c",
    "?q, http://a/x/y?q",
    "https://b/c, https://b/c",
    "c?../d, http://a/x/c?../d",
    "#f, http://a/x/y?z",
    "c:d/e, ''",
  })
  void aRedirectIsResolvedAsBrowsersDo(String location, String target) {
    HttpUrl from = WebAddress.parse("http://a/x/y?z");

    if (target.isEmpty()) {
      assertThatThrownBy(() -> WebAddress.resolve(from, location))
          .isInstanceOf(InvalidUrlException.class);
    } else {
      assertThat(WebAddress.resolve(from, location)).hasToString(target);
    }
  }
}
