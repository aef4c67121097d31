/** Views: which records of a split's topic a run reads, block by block. */
package io.pairstream.feed.view;
