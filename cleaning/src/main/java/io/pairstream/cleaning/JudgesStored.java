package io.pairstream.cleaning;

/** A step that judges published pairs by what is stored of them, whichever of its keys changes. */
public interface JudgesStored<I, O> extends Step<I, O> {

  @Override
  default KeyEffect effectOf(String key) {
    return KeyEffect.JUDGES_STORED;
  }
}
