package io.pairstream.plugin;

/**
 * A step that keeps, changes or refuses captions, after they were cleaned and before their length,
 * letters, words and language are checked: those checks see the changed caption.
 */
public interface CaptionPlugin extends StepPlugin<Caption> {}
