"""Hugging Face's Trainer: the loader in place of a data set; its checkpoints hold the loader's position."""

from pathlib import Path

import torch
from stream import OPTIONS, asked, loss_of, note, split, tiny_model
from transformers import TrainingArguments

from pairstream.torch import TorchLoader
from pairstream.transformers import Trainer


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = tiny_model()

    def forward(self, **batch):
        loss = loss_of(self.model, batch)
        note(batch, loss)
        return {"loss": loss}


# These first: by them each process knows its rank. The Trainer counts the epochs.
arguments = TrainingArguments(
    output_dir=asked.checkpoint or "checkpoints", num_train_epochs=2, max_steps=asked.steps or -1, save_steps=1,
    learning_rate=0.1, optim="sgd", use_cpu=True, report_to="none", disable_tqdm=True, remove_unused_columns=False,
)  # fmt: skip
with TorchLoader(*split(), epochs=1, **OPTIONS) as loader:
    trainer = Trainer(Tiny(), args=arguments, train_dataset=loader)
    # Written last: a folder without all of it was not finished.
    states = (asked.checkpoint or Path()).glob("checkpoint-*/trainer_state.json")
    finished = (file for file in states if file.read_text().endswith("}\n"))
    last = max(finished, key=lambda file: file.stat().st_mtime, default=None)
    trainer.train(resume_from_checkpoint=last and str(last.parent))
