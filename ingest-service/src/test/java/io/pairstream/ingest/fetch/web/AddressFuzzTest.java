package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Any text as an address, any bytes as an IP address or a robots.txt: there is an answer, and what
 * is taken is what it looks like. In an ordinary run the kept inputs alone.
 */
class AddressFuzzTest {

  private static final AddressPolicy POLICY = new AddressPolicy(List.of());

  @FuzzTest(maxDuration = "2m")
  void everyTextIsAnAddressInOneSpellingOrNone(byte[] data) {
    // What comes after a zero is where it redirects to.
    String[] texts = new String(data, StandardCharsets.UTF_8).split("\0", 2);
    String text = texts[0];
    String location = texts[texts.length - 1];
    WebAddress address;
    try {
      address = WebAddress.parse(text);
    } catch (UnusableAddressException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
      return;
    }
    assertPlain(address);
    try {
      // Escaping makes it longer, perhaps longer than what is read.
      assertThat(WebAddress.parse(address.toString())).isEqualTo(address);
      assertPlain(address.resolve(location));
    } catch (UnusableAddressException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void everyAddressWithAnIpv4AddressInsideIsRefused(byte[] bits) throws UnknownHostException {
    if (bits.length < 16) {
      return;
    }
    byte[] address = Arrays.copyOf(bits, 16);
    InetAddress ip = InetAddress.getByAddress(address);

    boolean global = (address[0] & 0xE0) == 0x20;
    boolean tunnel =
        (address[0] == 0x20 && address[1] == 0x02)
            || (address[0] == 0x20 && address[1] == 0x01 && (address[2] & 0xFE) == 0);
    if (ip.getAddress().length == 16 && (!global || tunnel)) {
      assertThat(POLICY.objection(ip)).isNotEmpty();
    }
    InetAddress v4 = InetAddress.getByAddress(Arrays.copyOf(bits, 4));
    if (v4.isLoopbackAddress()
        || v4.isSiteLocalAddress()
        || v4.isLinkLocalAddress()
        || v4.isMulticastAddress()
        || v4.isAnyLocalAddress()) {
      assertThat(POLICY.objection(v4)).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void everyRobotsFileHasAVerdict(byte[] text) throws UnusableAddressException {
    try {
      assertThat(RobotsFile.parse(text).interval(WebAddress.parse("http://a/b/c%zz.png?d=*$")))
          .isGreaterThanOrEqualTo(Duration.ZERO);
    } catch (FetchStopped e) {
      assertThat(FetchStopped.resultOf(e)).containsInstanceOf(FetchResult.Failed.class);
    }
    assertThat(RobotsFile.parse("".getBytes(StandardCharsets.UTF_8)).bytes()).isZero();
  }

  private static void assertPlain(WebAddress address) {
    assertThat(address.host()).matches("[a-z0-9._-]+|\\[[0-9a-f:]+]").hasSizeLessThan(254);
    assertThat(address.port()).isBetween(1, 65_535);
    assertThat(address.target()).startsWith("/").matches("[!-~]+");
    if (address.hostIsNumeric() && !address.host().startsWith("[")) {
      assertThat(address.host()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    }
  }
}
