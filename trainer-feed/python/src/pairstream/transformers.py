"""Hugging Face's ``Trainer`` over a loader, in place of a data set.

    from pairstream.transformers import Trainer

    Trainer(model, args=arguments, train_dataset=TorchLoader(source, view, batch_size=96)).train()

Needs transformers, which is not among the package's own requirements.
"""

from __future__ import annotations

from typing import Any

import transformers
from transformers.trainer_callback import ExportableState

from pairstream.errors import PositionRefused
from pairstream.torch import TorchLoader


class Trainer(transformers.Trainer):
    """A ``transformers.Trainer`` to which loaders may be given wherever it takes a data set, also as ``{"name": loader}``.

    Their batches go to the model as they are: ``batch_size`` is the loader's, and each process has its own share. The
    Trainer's checkpoints hold the position, from which ``train(resume_from_checkpoint=...)`` goes on, with any number of
    processes. Set ``remove_unused_columns=False`` where the model takes ``**kwargs``; other data sets are as always.

    Args:
        arguments: as of ``transformers.Trainer``. Make the loader after ``TrainingArguments``, by which processes know
            their rank
    """

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        if isinstance(self.train_dataset, TorchLoader):
            self.add_callback(_FeedPosition())
            # Its figures of speed are computed with these.
            self.args.per_device_train_batch_size = self.train_dataset.loader.rank_batch_size

    def train(self, *arguments: Any, **others: Any) -> Any:
        """Trains, or goes on from a checkpoint: see ``transformers.Trainer.train``."""
        skip = transformers.trainer.skip_first_batches
        # The position says where to go on: what was trained on is counted, and not read to be passed over.
        transformers.trainer.skip_first_batches = lambda loader, batches: (
            loader if isinstance(loader, TorchLoader) else skip(loader, batches)
        )
        try:
            return super().train(*arguments, **others)
        finally:
            transformers.trainer.skip_first_batches = skip

    def get_train_dataloader(self) -> Any:
        """The loader itself."""
        return self.train_dataset if isinstance(self.train_dataset, TorchLoader) else super().get_train_dataloader()

    def get_eval_dataloader(self, eval_dataset: Any = None) -> Any:
        """The loader itself, also by its name among several."""
        found = self.eval_dataset if eval_dataset is None else eval_dataset
        found = self.eval_dataset[found] if isinstance(found, str) else found
        return self._judging(found) if isinstance(found, TorchLoader) else super().get_eval_dataloader(eval_dataset)

    def get_test_dataloader(self, test_dataset: Any) -> Any:
        """The loader itself."""
        is_own = isinstance(test_dataset, TorchLoader)
        return self._judging(test_dataset) if is_own else super().get_test_dataloader(test_dataset)

    def _judging(self, loader: TorchLoader) -> TorchLoader:
        # A batch's loss counts so many times.
        self.args.per_device_eval_batch_size = loader.loader.rank_batch_size
        return loader


class _FeedPosition(transformers.TrainerCallback, ExportableState):
    """Keeps the loader's position in ``trainer_state.json``."""

    def __init__(self) -> None:
        self._loader: TorchLoader | None = None

    def state(self) -> dict[str, Any]:
        position = None if self._loader is None else self._loader.state_dict()
        return {"args": {}, "attributes": {}, "position": position}

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._loader = others["train_dataloader"]
        saved = state.stateful_callbacks.get(type(self).__name__, {}).get("position")
        if saved:
            self._loader.load_state_dict(saved)
        elif state.global_step:
            raise PositionRefused(
                "the checkpoint was made without the loader: it does not say which batch is the next one; begin anew, or "
                "save checkpoints by pairstream.transformers.Trainer"
            )
