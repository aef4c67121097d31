package io.pairstream.system;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/** Tests of the operators' page before a service that they make up. */
abstract class ScriptedPageTest extends PageTest {

  ScriptedOperate service;

  @BeforeEach
  void open() throws IOException {
    service = using(ScriptedOperate.open());
  }

  /** A desk's browser with one of the page's views. */
  final Browser deskOn(String view) {
    return deskAt(service.address(view));
  }
}
