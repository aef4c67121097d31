package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.publish.Pictures;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No link, redirect or name makes the fetcher open a connection to what is not public.
 *
 * <p>A canary listens on every address of this machine, on a port that the fetcher may ask. The
 * "public" internet is a site on 127.9.0.1, which is allowed for that; 127.0.0.1 is not.
 */
class ForbiddenAddressesTest {

  private static final byte[] PNG = Pictures.png(16, 16, 1);
  private static final Site CANARY = Site.on("::");
  private static final int PORT = CANARY.port();
  private static final String OUTSIDE = "127.9.0.1";

  private final FakeNames names = new FakeNames();
  private final Site outside = Site.on(OUTSIDE);
  private int before;

  @BeforeEach
  void count() {
    before = CANARY.connections();
  }

  @AfterEach
  void close() {
    outside.close();
  }

  @AfterAll
  static void closeCanary() {
    CANARY.close();
  }

  /**
   * Hosts in a URL that lead to this machine, or to where only it gets, if a parser reads them so.
   */
  static Stream<String> hosts() {
    return Stream.of(
        """
        127.0.0.1 127.0.0.1. 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0X7F000001
        0x7f.0.0.1 0x7f.1 127.0x0.0.1 0177.0.0.1 00000177.0.0.1 017700000001 127.0.0.01 0
        0.0.0.0 0x0 localhost LOCALHOST localhost. \uff11\uff12\uff17.\uff10.\uff10.\uff11
        127\u30020\u30020\u30021 127\uff0e0\uff0e0\uff0e1
        \u2460\u2461\u2466.\u24ea.\u24ea.\u2460
        \u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3 %31%32%37.0.0.1
        127.0.0.1%00.example.com [::1] [::] [0:0:0:0:0:0:0:1]
        [0000:0000:0000:0000:0000:0000:0000:0001] [::ffff:127.0.0.1] [::ffff:7f00:1]
        [0:0:0:0:0:ffff:127.0.0.1] [::ffff:0:127.0.0.1] [::127.0.0.1] [64:ff9b::127.0.0.1]
        [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::]
        [2001::80ff:fffe] [fe80::1] [fe80::1%25lo] [fe80::1%lo] [::1%25lo] [fc00::1]
        [fd00:ec2::254] [fec0::1] [ff02::1] [100::1] [2001:db8::1] [3fff::1] [5f00::1]
        [127.0.0.1] [localhost] [::1 [::1]x 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1
        100.64.0.1 100.100.100.200 169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376
        168.63.129.16 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1
        203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 user@127.0.0.1
        user:hunter2@127.0.0.1 example.com@127.0.0.1 example.com\\@127.0.0.1
        127.0.0.1\\@example.com example.com%40127.0.0.1
        """
            .strip()
            .split("\\s+"));
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void aLinkToItIsRefused(String host) {
    FetchResult.Failed failed = failedFetch("http://" + host + ":" + PORT + "/a.png");

    assertRefused(failed);
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void aRedirectToItIsRefused(String host) {
    outside.answer(
        "/a.png", "302 Found", "Location: http://" + host + ":" + PORT + "/\r\n", new byte[0]);

    FetchResult.Failed failed = failedFetch(outsideUrl("/a.png"));

    assertThat(failed.reason())
        .isIn(RejectReason.FETCH_ADDRESS_REFUSED, RejectReason.FETCH_REDIRECT);
    assertThat(CANARY.connections()).isEqualTo(before);
    assertThat(outside.requestLines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "gopher://127.0.0.1:%d/_GET",
        "ftp://127.0.0.1:%d/a",
        "dict://127.0.0.1:%d/a",
        "ldap://127.0.0.1:%d/a",
        "jar:http://127.0.0.1:%d/a!/b",
        "data:image/png;base64,AAAA",
        "javascript:fetch('http://127.0.0.1:%d')",
        "view-source:http://127.0.0.1:%d/",
        "http:127.0.0.1:%d/a",
        "http:/127.0.0.1:%d/a",
        "http:///127.0.0.1:%d/a",
        "http:\\\\127.0.0.1:%d\\a",
        "//127.0.0.1:%d/a",
        "127.0.0.1:%d/a",
        "http\n://127.0.0.1:%d/a",
        "http://127.0.0.1\t:%d/a",
        "http://127.0.0.1:%d\r\nHost: x/a",
        "http://127.0.0.1:%d#@example.com/",
        "http://127.0.0.1:%d?@example.com/",
        "http://127.0.0.1:%d/@example.com/",
        "http://127.0.0.1:0%d/a",
        "http://127.0.0.1:+%d/a",
        "http://127.0.0.1:%d:80/a",
        "https://127.0.0.1:%d/a",
        "",
        " ",
        "http://",
        "https://:%d/"
      })
  void anAddressThatIsMeantToBeMisreadIsRefused(String url) {
    assertRefused(failedFetch(url.replace("%d", String.valueOf(PORT))));
  }

  /** Answers for names, with spaces between; {@link #OUTSIDE} may be asked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "0.0.0.0",
        "::",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "64:ff9b::7f00:1",
        "fd00:ec2::254",
        OUTSIDE + " 127.0.0.1",
        "127.0.0.1 " + OUTSIDE,
        OUTSIDE + " " + OUTSIDE + " ::1",
        OUTSIDE + " 10.0.0.1"
      })
  void aNameThatLeadsToItIsRefused(String addresses) {
    names.put("images.example", List.of(addresses.split(" ")));

    FetchResult.Failed failed = failedFetch("http://images.example:" + PORT + "/a.png");

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_ADDRESS_REFUSED);
    assertThat(failed.detail())
        .contains("images.example")
        .doesNotContain("127.")
        .doesNotContain("::");
    assertThat(CANARY.connections()).isEqualTo(before);
  }

  @Test
  void aNameIsLookedUpOnceForAConnection() {
    // The first answer is looked at; the second would be connected to, if there were one.
    names.then("rebound.example", List.of(OUTSIDE), List.of("127.0.0.1"));
    outside.answer("/a.png", "200 OK", "", PNG);

    WebFetcherTest.fetched(fetch("http://rebound.example:" + outside.port() + "/a.png"));

    assertThat(names.asked("rebound.example")).isEqualTo(1);
    assertThat(outside.requestLines()).hasSize(1);
    assertThat(CANARY.connections()).isEqualTo(before);
  }

  @Test
  void aNameThatChangesItsMindIsLookedAtEachTime() {
    names.then("rebound.example", List.of(OUTSIDE), List.of("127.0.0.1"));
    outside.answer(
        "/a.png",
        "302 Found",
        "Location: http://rebound.example:" + PORT + "/b.png\r\n",
        new byte[0]);

    FetchResult.Failed failed = failedFetch("http://rebound.example:" + outside.port() + "/a.png");

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_ADDRESS_REFUSED);
    assertThat(CANARY.connections()).isEqualTo(before);
  }

  @Test
  void aRobotsFileThatLeadsToItIsNotFollowed() {
    outside.answer("/a.png", "200 OK", "", PNG);
    outside.answer(
        "/robots.txt",
        "301 Moved",
        "Location: http://127.0.0.1:" + PORT + "/robots.txt\r\n",
        new byte[0]);

    FetchResult result = WebFetcherTest.fetch(settings(true, OUTSIDE), outsideUrl("/a.png"));

    assertThat(WebFetcherTest.failed(result).reason())
        .isEqualTo(RejectReason.FETCH_ADDRESS_REFUSED);
    assertThat(CANARY.connections()).isEqualTo(before);
  }

  @Test
  void noOtherPortIsAsked() {
    FetchSettings usualPorts = Fetching.from(Fetching.hasty(false), Fetching.PATIENT);
    names.put("images.example", List.of("93.184.215.14"));
    try (WebFetcher fetcher = WebFetcherTest.open(usualPorts, names)) {
      FetchResult.Failed failed =
          WebFetcherTest.failed(
              WebFetcherTest.await(fetcher.fetch("http://images.example:9092/a.png", "")));

      assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_ADDRESS_REFUSED);
      assertThat(failed.measured().inWords()).isEqualTo("9092");
      assertThat(failed.measured().limitInWords()).isEqualTo("80, 443");
    }
  }

  @Test
  void theCanarySeesWhoComes() {
    CANARY.answer("/a.png", "200 OK", "", PNG);

    WebFetcherTest.fetched(
        WebFetcherTest.fetch(
            settings(false, "127.0.0.0/8", "::1"), "http://127.0.0.1:" + PORT + "/a.png"));

    assertThat(CANARY.connections()).isEqualTo(before + 1);
  }

  private static FetchSettings settings(boolean robots, String... allowed) {
    return Fetching.on(
        Set.of(80, 443, PORT), Fetching.hasty(robots), Fetching.PATIENT, 1000, allowed);
  }

  private void assertRefused(FetchResult.Failed failed) {
    assertThat(failed.reason())
        .isIn(RejectReason.FETCH_ADDRESS_REFUSED, RejectReason.FETCH_URL_INVALID);
    assertThat(failed.retryable()).isFalse();
    assertThat(failed.detail()).isNotBlank().doesNotContain("hunter2");
    assertThat(CANARY.connections()).isEqualTo(before);
  }

  private String outsideUrl(String path) {
    return "http://" + OUTSIDE + ":" + outside.port() + path;
  }

  private FetchResult.Failed failedFetch(String url) {
    return WebFetcherTest.failed(fetch(url));
  }

  private FetchResult fetch(String url) {
    FetchSettings settings = settings(false, OUTSIDE);
    try (WebFetcher fetcher = WebFetcherTest.open(settings, names)) {
      return WebFetcherTest.await(fetcher.fetch(url, ""));
    }
  }

  /** Names as a test wants them; any other name as this machine has it. */
  private static final class FakeNames implements HostResolver.Lookup {

    private final Map<String, List<List<String>>> answers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    void put(String host, List<String> addresses) {
      answers.put(host, List.of(addresses));
    }

    void then(String host, List<String> first, List<String> next) {
      answers.put(host, List.of(first, next));
    }

    int asked(String host) {
      return asked.get(host).get();
    }

    @Override
    public InetAddress[] addresses(String host) throws UnknownHostException {
      int time = asked.computeIfAbsent(host, name -> new AtomicInteger()).getAndIncrement();
      List<List<String>> known = answers.getOrDefault(host, List.of());
      if (known.isEmpty()) {
        return InetAddress.getAllByName(host);
      }
      List<InetAddress> addresses = new ArrayList<>();
      for (String address : known.get(Math.min(time, known.size() - 1))) {
        addresses.add(InetAddress.getByName(address));
      }
      return addresses.toArray(InetAddress[]::new);
    }
  }
}
