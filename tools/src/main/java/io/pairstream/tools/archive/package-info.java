/**
 * The raw log of a data set, kept in files and sent into another data set. Bytes travel as their
 * producers sent them; what is withdrawn does not.
 */
package io.pairstream.tools.archive;
