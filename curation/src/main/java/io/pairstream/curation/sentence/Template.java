package io.pairstream.curation.sentence;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything that the service says in sentences, with places for what differs. The page's other
 * languages have each under its name in the section {@code sentence}.
 */
public enum Template {
  VERBATIM("{0}"),
  AND("{0}; {1}"),
  JUDGED("{0}: {1}"),
  NAMED("{0}: {1}"),
  BOTH("{0} and {1}"),

  SECONDS("{0} s"),
  MINUTES("{0} min"),
  HOURS("{0} h"),
  DAYS("{0} days"),
  ABOUT("about {0}"),
  AGO("{0} ago"),
  JUST_NOW("just now"),
  BYTE("{0} byte"),
  BYTES("{0} bytes"),
  RECORD("{0} record"),
  RECORDS("{0} records"),

  NOTHING_WAITS("nothing waits"),
  KEEPS_UP("keeps up"),
  NEVER("never at this rate"),
  NOT_KNOWN_YET("not known yet"),
  NEVER_CATCHES_UP("and at this rate it never catches up"),
  WHEN_IS_NOT_KNOWN("and when it catches up is not known yet"),
  AND_KEEPS_UP("and it keeps up"),
  CATCHES_UP_IN("it catches up in {0}"),

  ONE_WAITS("{0} record waits"),
  ONE_WAITS_FOR("{0} record waits, for {1}"),
  WAITING("{0} records wait"),
  WAITING_FOR("{0} records wait, the oldest for {1}"),
  ON_PARTITIONS("{0} on {1} partitions"),
  AT_THE_HEAD("{0}; at the head: {1}"),
  BEHIND_THAT("{0}; behind that {1}"),

  ALL_IS_WELL("All is well: {0}"),
  ALL_IS_WELL_ALONE("All is well"),
  ONE_MORE_TROUBLE("{0}; and one more trouble"),
  MORE_TROUBLES("{0}; and {1} more troubles"),

  LOST("{0}: up to {1} left the log before the group read them, first seen {2}"),
  WENT_BACK("{0} went back from {1} to {2} {3}: {4} are read again"),
  STUCK("{0} is stuck at offset {1} for {2} with {3} waiting"),
  STUCK_WHILE("{0} is stuck at offset {1} for {2} with {3} waiting, while {4} arrived"),
  NO_CONSUMER_READS("{0}; no consumer reads it"),
  MAY_DROP("{0}; the log may drop what waits at any time"),
  DROPS_IN("{0}; in {1} the log begins to drop what waits"),
  HOLDS_BACK("a transaction that has been open for {0} holds back {1} from all consumers"),
  HOLDS_BACK_BY(
      "a transaction of producer {0} ({1}) that has been open for {2} holds back {3} from"
          + " all consumers"),
  READ_UP_TO("{0} is read up to {1}, where {2}"),
  LEFT_OPEN(
      "{0}; instance {1} died with an open transaction: its partitions go on at {2}, or at once"
          + " when an instance starts, or after: {3}"),
  HELD_BACK("{0} is read up to {1}, where {2}; stop its producer, or end it: {3}"),
  AT_RISK(
      "{0}: {1}, and the log drops the first of them in {2}, before they are read at this rate"),
  BEHIND("{0} is behind: {1}, {2}"),
  NOT_DUE("{0}: {1} are left until they are due"),
  PUT_OFF("links put off: {0}, the next until {1}"),
  LAST_SEEN("{0}: a trainer was last seen here; {1}"),
  KEEPING_UP("{0} keeps up: {1}"),
  READ_TO_ITS_END("{0} is read to its end, and nothing arrives"),
  NEVER_COMMITTED("{0}: the group never committed there; unread: {1}"),
  BEYOND_THE_END(
      "{0}: the group's place {1} is beyond the log's end {2}; the topic was made anew, or lost"
          + " its last records"),
  MADE_ANEW("{0}: its topic was made anew, first seen {1}; {2}"),
  OLD_PLACE("the group's place {0} was in the earlier one"),
  AWAY("{0}: {1}; the group has no members, and whether that is usual is not known"),
  NOT_COMMITTED_YET("{0}: the group has not committed there yet; unread: {1}"),
  IS_STARTING("{0} is starting: {1}"),
  TOO_EARLY("{0}: {1}; whether the group keeps up is not known yet"),
  END_NOT_KNOWN("{0}: its leader does not say where the log ends"),

  NOT_KNOWN_SINCE("{0}; not known since {1}: {2}"),

  HAS_READ_ALL("{0} has read everything, and nothing arrives"),
  HAS_READ_NOTHING("{0} has read nothing yet"),
  PLACE_NOT_KNOWN("the brokers do not say where {0} is: {1}"),
  ONE_ALIKE("{0}; and {1} other partition likewise"),
  ALIKE("{0}; and {1} other partitions likewise"),
  WAIT_ON("{0}; {1} of {2} wait on {3}"),
  UNREAD("{0} (unread: {1})"),
  HAS_NOT_STARTED("{0} has not started"),
  HAVE_NOT_STARTED("{0} have not started"),

  TOMBSTONE("a tombstone"),
  RECORD_OF("a record of {0}"),
  PREPARED_PAIR("a prepared pair of {0}"),
  LINK_TO("a link to {0}"),
  REJECTED_PAIR("a pair of {0}, rejected: {1}"),
  NO_RECORD("{0} that are no record of this topic"),
  PICTURE("{0} {1}, {2}"),
  REFUSED_PICTURE("an image of {0} that the gate rejects: {1}, {2}"),

  IS_WITHDRAWN("it was withdrawn"),
  NOT_READ_YET("its record is not read yet, or no longer kept"),
  KEPT_NO_LONGER("quarantine no longer keeps the record"),
  NOT_KEPT("the raw record was not kept"),
  NO_IMAGE("the raw record holds no image"),
  NOT_READ_NOW("Kafka does not answer, so records cannot be read now"),
  CAPTION_OF_A_MODEL("a model wrote the caption of a picture that was published before"),
  KEPT_FOR_DAYS("the topic keeps raw records for some days only"),
  COPIED_IS_GONE("the picture that it nearly copies is withdrawn, or its record not read yet"),

  COPIES_ROSE(
      "Of {0}'s last {1} pairs {2} % are copies of published ones; of the {3} before {4} %"),

  BROKERS_NOT_ASKED("the brokers have not been asked yet"),
  ONE_BROKER("{0} broker is up"),
  BROKERS("{0} brokers are up"),
  NO_BROKER("no broker at {0} answers: {1}"),
  BROKER_AWAY("broker {0} is away"),
  WITHOUT_LEADER("partitions without a leader, where nothing can be written: {0}"),
  COPY_BEHIND("partitions with a copy that is behind: {0}"),
  TOPICS_MISSING("topics that are missing: {0}; run: {1}"),
  REGISTRY_NOT_ASKED("the registry has not been asked yet"),
  REGISTRY_ANSWERS("it answers"),
  REGISTRY_FAILS("{0}"),
  KNOWN_LAST("{0}; what is shown is what was known last"),
  NOT_WATCHED("no group has been watched for long enough yet"),
  SERVICE_WAITS("{0} waits: {1}"),
  INSTANCE_HANGS(
      "{0} (process {1}) runs and has not reported since {2}; end it, and it is started again by up,"
          + " or by you: {3}"),
  INSTANCE_SILENT(
      "{0} (process {1} on {2}) has not reported since {3}: it hangs, is cut off, or is gone"),

  NO_TRAINER("no trainer's feed reports"),
  TRAINER_BEGAN("a trainer has just begun"),
  TRAINER_HAS_ALL("the trainer has taken all full batches and waits for new pairs"),
  TRAINER_STARVES("the trainer starves: no batch is ready, and it waits {0} % of its time"),
  TRAINER_RESTS("the trainer takes no batches now"),
  BATCHES_WAIT("full batches wait"),
  NO_BATCH("no batch is ready"),
  PAIRS_COME("{0}, and new pairs come as fast as the trainer takes them"),
  FEED_LOADS("{0}, and the feed loads as fast as the trainer takes"),
  STARVES_IN("{0}; at this rate the trainer starves in {1}"),

  NODES_NOT_KNOWN("no process has said yet what its nodes do"),
  NODE_TAKES("{0} takes {1} % of the threads' time, {2} ms a record"),
  WORKERS_BUSY(
      "{0}; all {1} image workers are busy, and {2} threads wait for one: more --workers help"),
  NO_NODE("no node holds the rest back: the threads work {0} % of the time"),

  NO_CANARY("no canary is sent; operate --canary 60s sends one every minute"),
  NO_CANARY_YET("no canary has come out yet"),
  CANARY_NOT_SENT("no canary could be sent: {0}"),
  CANARY_LOST("the last canary has not come out after {0}: pairs go in and do not come out"),
  CANARY_ON_ITS_WAY("the canary has been on its way for {0}, longer than the {1} that it may take"),
  CANARY_LATE("a canary came out after {0}, later than the {1} that it may take"),
  CANARY_OUT("a canary came out after {0}; it may take {1}"),

  REPORTED("{0}"),

  TIMES("{0}; {1} times within the hour"),
  WITHDRAWN_BECAUSE("{0} of {1} published pairs removed, because: {2}"),
  TAKEDOWN_LIFTED("{0} takedown lifted"),
  TAKEDOWNS_LIFTED("{0} takedowns lifted"),
  PAIR_SENT_AGAIN("{0} pair was sent again"),
  PAIRS_SENT_AGAIN("{0} pairs were sent again"),
  BEGUN("it began and did not end"),
  LOGGED_IN("logged in"),
  LOGIN_OVER("this login took too long, was used already, or was begun in another browser"),
  LOGIN_REFUSED("the login provider did not accept this login"),
  LOGIN_AWAY("the login provider does not answer"),
  LOGIN_NO_ROLE("the login provider gives this person no role that opens this page"),
  KEY_NOT_FOR_REVIEWS("this key lacks the scope review"),
  KEY_UNKNOWN("this API key is unknown here; the operator of this service issues keys"),
  KEY_REVOKED("this API key was revoked on {0}; the operator of this service issues keys"),
  KEY_EXPIRED("this API key expired on {0}; the operator of this service issues keys"),
  KEY_OPENS_NOTHING("this key opens nothing here; it needs the scope view or review"),
  KEY_OF("of {0}"),
  KEY_FOR("for {0}: {1}"),
  DECIDED("done"),
  DECIDED_ANEW("done; before, it was {0} by {1} on {2}"),
  DECIDED_BEFORE("was {0} by {1} on {2}"),
  NOT_IN_QUARANTINE("it is not in quarantine: {0}"),
  SENT_BEFORE("it was sent again before: {0} by {1} on {2}"),
  NOT_REJECTED("no pair of that id was rejected"),
  LABELLED("labels: {0}"),
  LABELS_TAKEN_BACK("takes back the labels"),
  ENTRY_GONE("its entry is no longer on the quarantine topic"),
  BYTES_NOT_KEPT("it cannot be sent again: its bytes are not kept; only its producer can"),
  TOO_LARGE(
      "it cannot be sent again: with the headers of a replay it is larger than a raw record may"
          + " be"),
  IS_A_LINK("it is a link without a picture; replay it to fetch it again"),
  NOT_WAIVED(
      "{0} is nothing that a person can waive; replay it once the cause is gone, or reject it"),
  NO_PAIR("it cannot have another caption: the record cannot be read as a pair"),
  SAME_CAPTION("it has that caption already; accept it, or write another"),
  NO_ANSWER(
      "Kafka did not answer, so it is unknown whether this was written; ask again to see what"
          + " was decided"),
  MUTED("muted until {0}: {1}"),
  LIFTED("no longer muted"),

  REGISTRY_AWAY("the schema registry does not answer: {0}"),
  KAFKA_AWAY("Kafka does not answer: {0}"),
  KAFKA_NOT_REACHED("Kafka is not reached yet"),
  NO_BROKER_TAKES("no Kafka broker at {0} takes records"),
  STOPPING("the service is being stopped"),
  FAILS("{0}"),
  MISSING("{0}"),
  KEYS_BEING_READ("API keys are being read"),
  NOT_READ("{0}"),
  STATUS_BEING_READ("what became of earlier uploads is still being read"),
  LAG_NOT_KNOWN("{0}"),
  LAG_NOT_LOOKED_AT("the lag was not looked at yet"),
  WORKERS_FAIL("{0}"),
  NOT_RUNNING("{0}: {1} is {2}"),
  DISK_FULL_TOO("{0}"),
  MODEL_BUSY("the model {0} has answered no question for {1} min; its card allows {2} s for each"),
  NO_WORKER("no image worker is able to work"),
  DISK_FULL("the disk of {0} has less than {1} MiB left"),
  DISK_NOT_SEEN("the state directory cannot be looked at: {0}"),
  THREAD_BUSY("partitions wait for a stream thread, which has not asked for records for {0} s"),
  HELD("{0} stands still at offset {1}: the registry does not say whether it has schema id {2}");

  /** A place in a template: the number of an argument. */
  static final Pattern PLACE = Pattern.compile("\\{(\\d)}");

  private final String english;

  Template(String english) {
    this.english = english;
  }

  /** The template of that name; none for one of another version, or an empty name. */
  static Optional<Template> named(String name) {
    return Arrays.stream(values()).filter(known -> known.name().equals(name)).findFirst();
  }

  /** How many arguments there must be at least. */
  int places() {
    return PLACE
        .matcher(english)
        .results()
        .mapToInt(place -> Integer.parseInt(place.group(1)) + 1)
        .max()
        .orElse(0);
  }

  /** The English text with its places, like {@code {0} keeps up: {1}}. */
  public String english() {
    return english;
  }

  /** The sentence with these in its places: sentences, whole numbers, or anything as its text. */
  public Sentence with(Object... arguments) {
    return Sentence.of(this, arguments);
  }

  /** The sentence about one or more of something: {@code one} where it is one. */
  public static Sentence counted(long number, Template one, Template more) {
    return (number == 1 ? one : more).with(number);
  }
}
