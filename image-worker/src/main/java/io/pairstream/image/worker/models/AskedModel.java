package io.pairstream.image.worker.models;

import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import java.util.List;

/** A model that has been loaded. Not thread-safe. */
public interface AskedModel {

  /** Answers questions, in their order; none fails by an exception. */
  List<ItemReply> ask(List<Item> items);
}
