package io.pairstream.platform;

import io.pairstream.schemas.wire.AdminClients;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.schemas.wire.LogEnds;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.transactions.HangingTransaction;
import io.pairstream.terminal.TerminalText;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.Utils;

/**
 * Ends transactions that hang on the only broker of a platform, before its services start: each as
 * its coordinator had decided. Kafka's admin client can abort them alone, which would drop records
 * of a transaction whose other records are committed.
 */
final class TransactionEnds {

  private static final short MARKERS_VERSION = 1;
  private static final int ANSWER_MILLIS = 60_000;

  private TransactionEnds() {}

  /**
   * Ends all that hang.
   *
   * @param port of the broker on loopback
   * @return what was done, or why nothing, in a sentence; empty where none hangs
   */
  static Optional<String> write(int port) {
    try (Admin admin = AdminClients.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
      var names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names();
      var topics = admin.describeTopics(KafkaAnswers.await(names)).allTopicNames();
      List<HangingTransaction> hanging =
          HangingTransaction.find(
              admin, LogEnds.partitions(KafkaAnswers.await(topics).values()), id -> true);
      if (hanging.isEmpty()) {
        return Optional.empty();
      }
      send(port, hanging.stream().map(TransactionEnds::marker).toList());
      return Optional.of(inWords(hanging));
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException | IOException e) {
      return Optional.of(
          "transactions that hang are not ended, if there are any (doctor names them): "
              + RootCause.message(e));
    }
  }

  private static String inWords(List<HangingTransaction> hanging) {
    long committed = ids(hanging.stream().filter(HangingTransaction::isCommitted).toList());
    return TerminalText.format(
        "the broker had stopped while it ended transactions; they are ended on %d partition(|s)"
            + " too: %d committed, %d aborted",
        hanging.size(), committed, ids(hanging) - committed);
  }

  private static long ids(List<HangingTransaction> hanging) {
    return hanging.stream().map(HangingTransaction::transactionalId).distinct().count();
  }

  private static TxnMarkerEntry marker(HangingTransaction hanging) {
    return new TxnMarkerEntry(
        hanging.open().producerId(),
        (short) hanging.open().producerEpoch(),
        hanging.open().coordinatorEpoch().orElse(0),
        hanging.isCommitted() ? TransactionResult.COMMIT : TransactionResult.ABORT,
        List.of(hanging.partition()),
        (short) 0);
  }

  /** A request between brokers, which no client of Kafka's makes. */
  private static void send(int port, List<TxnMarkerEntry> markers) throws IOException {
    RequestHeader header =
        new RequestHeader(ApiKeys.WRITE_TXN_MARKERS, MARKERS_VERSION, "pairstream", 0);
    byte[] request =
        Utils.toArray(
            new WriteTxnMarkersRequest.Builder(markers)
                .build(MARKERS_VERSION)
                .serializeWithHeader(header));
    try (Socket broker = new Socket(InetAddress.getLoopbackAddress(), port)) {
      broker.setSoTimeout(ANSWER_MILLIS);
      DataOutputStream to = new DataOutputStream(broker.getOutputStream());
      to.writeInt(request.length);
      to.write(request);
      DataInputStream from = new DataInputStream(broker.getInputStream());
      ByteBuffer answer = ByteBuffer.wrap(from.readNBytes(from.readInt()));
      WriteTxnMarkersResponse ended =
          (WriteTxnMarkersResponse) AbstractResponse.parseResponse(answer, header);
      ended.errorCounts().keySet().forEach(Errors::maybeThrow);
    }
  }
}
